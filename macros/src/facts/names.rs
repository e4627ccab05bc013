//! What the names in a function mean, as far as is written: imports, and the types of arguments and variables.

use crate::imports::{Imports, Meaning};
use crate::source;
use proc_macro2::{Ident, Span};
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use syn::{Expr, FnArg, Pat, Path, Signature, Type};

/// The names of one function.
#[derive(Default)]
pub(crate) struct Names {
    file: Rc<Imports>,
    local: RefCell<Imports>,
    types: RefCell<HashMap<String, Rc<Meaning>>>,
    /// The variables whose values the function made itself.
    made_here: RefCell<HashSet<String>>,
}

impl Names {
    /// What is known at the beginning of a function that stands at this place.
    pub(crate) fn of_function(sig: &Signature, place: Span) -> Rc<Self> {
        let names = Self { file: source::find(place), ..Self::default() };
        for argument in &sig.inputs {
            if let FnArg::Typed(argument) = argument {
                if let Pat::Ident(name) = &*argument.pat {
                    names.note_own(&name.ident);
                }
                names.note_type(&argument.pat, &argument.ty);
            }
        }
        Rc::new(names)
    }

    /// What a path may mean.
    pub(crate) fn meaning(&self, path: &Path) -> Meaning {
        Meaning::of(path, &self.local.borrow(), &self.file)
    }

    /// The type that is written for a variable, or that a function made it of which belongs to a type: `T` of `T::new()`.
    pub(crate) fn type_of(&self, name: &Ident) -> Option<Rc<Meaning>> {
        self.types.borrow().get(&name.to_string()).cloned()
    }

    /// Did the function make this variable's value, by a function that belongs to the value's type?
    pub(crate) fn is_made_here(&self, name: &Ident) -> bool {
        self.made_here.borrow().contains(&name.to_string())
    }

    /// Notes a variable or function of this function's own, which is meant instead of what the file imports by its name.
    pub(super) fn note_own(&self, name: &Ident) {
        let name = name.to_string();
        if self.file.knows(&name) {
            self.local.borrow_mut().define(name);
        }
    }

    /// Notes that a name stands for something of another type from now on.
    pub(super) fn forget_type(&self, name: &Ident) {
        self.types.borrow_mut().remove(&name.to_string());
    }

    /// Notes a `use` in the function's body.
    pub(super) fn note_use(&self, item: &syn::ItemUse) {
        let tree = &item.tree;
        self.local.borrow_mut().add(&quote::quote!(#tree).to_string());
    }

    /// Notes what a `let` or an argument says of its type.
    pub(super) fn note_type(&self, pattern: &Pat, ty: &Type) {
        if let (Pat::Ident(name), Some(path)) = (pattern, type_path(ty)) {
            self.note(&name.ident, self.meaning(path));
        }
    }

    /// Notes the type of which a variable's first value is made.
    pub(super) fn note_value(&self, name: &Ident, value: &Expr) {
        if let Some(path) = constructor(value)
            && let Some(ty) = type_of_constructor(path)
        {
            self.note(name, self.meaning(&ty));
            self.made_here.borrow_mut().insert(name.to_string());
        }
    }

    fn note(&self, name: &Ident, meaning: Meaning) {
        self.types.borrow_mut().insert(name.to_string(), Rc::new(meaning));
    }
}

/// The path of a type, behind references.
fn type_path(ty: &Type) -> Option<&Path> {
    match ty {
        Type::Path(path) => Some(&path.path),
        Type::Reference(reference) => type_path(&reference.elem),
        Type::Paren(paren) => type_path(&paren.elem),
        Type::Group(group) => type_path(&group.elem),
        _ => None,
    }
}

/// `T::new` in `T::new(x)?`, `T::new(x).unwrap()` and the like.
fn constructor(value: &Expr) -> Option<&Path> {
    match value {
        Expr::Call(call) => match &*call.func {
            Expr::Path(path) => Some(&path.path),
            _ => None,
        },
        Expr::MethodCall(call) if ["unwrap", "expect"].iter().any(|name| call.method == name) => {
            constructor(&call.receiver)
        }
        Expr::Try(try_) => constructor(&try_.expr),
        Expr::Paren(paren) => constructor(&paren.expr),
        _ => None,
    }
}

/// `T` of `T::new`: what stands before the last segment, if it is named as types are.
fn type_of_constructor(path: &Path) -> Option<Path> {
    let mut ty = path.clone();
    ty.segments.pop();
    let last = ty.segments.pop()?;
    let is_type = last.ident.to_string().starts_with(char::is_uppercase);
    ty.segments.push(last);
    is_type.then_some(ty)
}
