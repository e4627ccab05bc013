//! The user's workspace: its members, what of them is to be checked, and what its manifests set.

use std::path::{Path, PathBuf};

use cargo_metadata::{CrateType, Edition, Package, TargetKind};

use crate::args::CargoArgs;
use crate::error::{Result, Trouble};
use crate::metadata;
use crate::settings::Settings;

/// A workspace as cargo describes it.
pub(crate) struct Workspace {
    pub(crate) root: PathBuf,
    /// The user's own target directory; ours lies in it.
    pub(crate) target_directory: PathBuf,
    pub(crate) members: Vec<Member>,
    /// The packages that cargo builds when it is not told which, by id.
    pub(crate) default_members: Vec<String>,
}

/// A package of the workspace.
pub(crate) struct Member {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) root: PathBuf,
    /// The text of the attribute that checks its items, with the manifests' settings.
    pub(crate) attribute: String,
    /// The root files of the crates that are to be checked: no build scripts, no procedural macros.
    pub(crate) checked: Vec<PathBuf>,
    /// The root files that must stay as they are.
    pub(crate) unchecked: Vec<PathBuf>,
    /// The names of its targets, with what cargo calls them: `("demo", "bin")`.
    pub(crate) targets: Vec<(String, String)>,
    /// The names of the packages it depends on by path.
    pub(crate) path_dependencies: Vec<String>,
    /// Whether it depends on checked-async already.
    pub(crate) has_runtime: bool,
}

impl Workspace {
    /// Asks cargo about the workspace that `args` select.
    pub(crate) fn load(cargo: &Path, args: &CargoArgs) -> Result<Workspace> {
        let metadata = metadata::ask(cargo, args)?;
        let root: PathBuf = metadata.workspace_root.clone().into();
        let shared = Settings::parse(&metadata.workspace_metadata, &root.join("Cargo.toml"), "workspace")?;
        let mut members = Vec::new();
        for package in metadata.workspace_packages() {
            members.push(member(package, &shared)?);
        }
        let default_members =
            metadata.workspace_default_packages().into_iter().map(|package| package.id.repr.clone()).collect();
        let target_directory = match &args.target_directory {
            Some(directory) => std::path::absolute(directory)
                .map_err(|error| Trouble::new(format!("cannot use the target directory: {error}")))?,
            None => metadata.target_directory.clone().into(),
        };
        Ok(Workspace { root, target_directory, members, default_members })
    }

    /// Where everything goes that this command writes.
    pub(crate) fn own_directory(&self) -> PathBuf {
        self.target_directory.join("checked-async")
    }
}

fn member(package: &Package, shared: &Settings) -> Result<Member> {
    let manifest: PathBuf = package.manifest_path.clone().into();
    let settings = shared.with(Settings::parse(&package.metadata, &manifest, "package")?);
    let name = package.name.to_string();
    let (mut checked, mut unchecked) = (Vec::new(), Vec::new());
    for target in &package.targets {
        let excluded = target.kind.contains(&TargetKind::CustomBuild)
            || target.crate_types.contains(&CrateType::ProcMacro)
            || target.edition == Edition::E2015
            // They cannot depend on themselves.
            || name == "checked-async"
            || name == "checked-async-macros";
        if excluded { &mut unchecked } else { &mut checked }.push(target.src_path.clone().into());
    }
    Ok(Member {
        id: package.id.repr.clone(),
        root: manifest.parent().unwrap_or(Path::new("")).to_owned(),
        attribute: settings.attribute(),
        checked,
        unchecked,
        targets: package
            .targets
            .iter()
            .map(|target| (target.name.clone(), target.kind.first().map(ToString::to_string).unwrap_or_default()))
            .collect(),
        path_dependencies: package
            .dependencies
            .iter()
            .filter(|dependency| dependency.path.is_some())
            .map(|dependency| dependency.name.clone())
            .collect(),
        has_runtime: package.dependencies.iter().any(|dependency| dependency.name == "checked-async"),
        name,
    })
}
