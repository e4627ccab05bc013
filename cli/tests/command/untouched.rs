//! The user's files stay as they are, and are found where they are.

use super::support::{Run, Workspace};

#[test]
fn everything_a_package_may_do_works_and_nothing_changes() {
    let workspace = Workspace::new("untouched");
    workspace.write(
        "ws/Cargo.toml",
        "[package]\nname = \"many\"\nversion = \"0.1.0\"\nedition = \"2021\"\nbuild = \"build.rs\"\n\
         [workspace]\nmembers = [\"derive\"]\n[dependencies]\nderive = { path = \"derive\" }\nplain = { path = \"../plain\" }\n\
         [build-dependencies]\nplain = { path = \"../plain\" }\n",
    );
    workspace.write(
        "ws/build.rs",
        "fn main() {\n    let out = std::env::var(\"OUT_DIR\").unwrap();\n    let text = std::fs::read_to_string(\"data/in.txt\").unwrap();\n    \
         std::fs::write(format!(\"{out}/gen.rs\"), format!(\"pub async fn generated() -> usize {{ {} }}\", text.len())).unwrap();\n}\n",
    );
    workspace.write("ws/data/in.txt", "abc");
    workspace.write("ws/data/expr.rs", "{ let f = async { 1 }; let _: &dyn Send = &f; 2 }");
    workspace.write("ws/elsewhere/moved.rs", "pub mod child;\npub async fn moved() { child::f().await }\n");
    workspace.write("ws/elsewhere/child.rs", "pub async fn f() {}\n");
    workspace.write(
        "ws/src/lib.rs",
        "#![doc = include_str!(\"../../README.md\")]\n#![deny(warnings)]\n\
         include!(concat!(env!(\"OUT_DIR\"), \"/gen.rs\"));\n\
         pub const D: &str = include_str!(\"../data/in.txt\");\n\
         pub const M: &str = include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/data/in.txt\"));\n\
         pub const E: i32 = 1;\n\npub fn e() -> i32 { include!(\"../data/expr.rs\") }\n\n\
         #[path = \"../elsewhere/moved.rs\"]\npub mod moved;\n\
         #[path = \"../../shared/far.rs\"]\npub mod far;\n\n\
         #[derive(derive::Nothing)]\npub struct S;\n\n\
         impl S {\n    pub async fn all(&self) -> usize {\n        moved::moved().await;\n        far::far().await;\n        plain::f().await;\n        generated().await\n    }\n}\n",
    );
    workspace.write("ws/src/main.rs", "fn main() { println!(\"{}\", many::D); }\n");
    workspace.write("shared/far.rs", "pub mod beside;\npub async fn far() { beside::f().await }\n");
    workspace.write("shared/beside.rs", "pub async fn f() {}\n");
    workspace.write("README.md", "Hello.\n");
    workspace.write(
        "ws/derive/Cargo.toml",
        "[package]\nname = \"derive\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[lib]\nproc-macro = true\n",
    );
    workspace.write(
        "ws/derive/src/lib.rs",
        "#[proc_macro_derive(Nothing)]\npub fn nothing(_: proc_macro::TokenStream) -> proc_macro::TokenStream { Default::default() }\n\
         #[allow(dead_code)]\nasync fn never() { let _ = async { 1 }; }\n",
    );
    workspace.write(
        "plain/Cargo.toml",
        "[package]\nname = \"plain\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[workspace]\n",
    );
    workspace.write("plain/src/lib.rs", "pub async fn f() {}\n\npub async fn g() { let _ = f(); }\n");
    workspace.lock_in("ws");

    let before = workspace.snapshot();
    assert!(before.keys().any(|path| path.ends_with("ws/Cargo.lock")));
    for args in [&["check", "--all-targets", "--locked"][..], &["test"], &["run"]] {
        let mut command = workspace.command(args);
        command.current_dir(workspace.root.join("ws"));
        let run = Run::of(&mut command);
        assert_eq!(run.status, 0, "{}", run.all());
    }
    assert_eq!(workspace.snapshot(), before);
}

#[test]
fn the_target_directory_can_be_elsewhere() {
    let workspace = Workspace::package("elsewhere", &[("src/lib.rs", "pub async fn f() {}\n")]);
    workspace.run(&["check", "--target-dir", "out/target"]).expect(0, &["no findings"]);
    assert!(workspace.root.join("out/target/checked-async").is_dir());
    assert!(!workspace.root.join("target").exists());
}
