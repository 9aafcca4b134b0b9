//! The layers of modules, and the imports between their files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use syn::visit::{self, Visit};
use syn::{Item, ItemUse, UseTree};

/// The modules of the library from top to bottom. A module imports only from layers below its own.
const MODULE_LAYERS: &[&[&str]] = &[
    &["cli"],
    &["app", "doctor", "export"],
    &["view"],
    &["engine", "keys", "source"],
    &["ui", "worker"],
    &["lesson", "probe", "recording", "report", "theme"],
    &["language", "model", "system"],
    &["event"],
];

/// Crates and modules for terminals, clocks and files, which `event` and `model` must not use.
const FORBIDDEN_IN_MODEL: &[&str] =
    &["ratatui", "crossterm", "std::fs", "std::time", "std::io", "std::process", "std::env", "std::net"];

/// A module by its path from the root of the library, such as `["view", "column"]`.
type ModulePath = Vec<String>;

/// The paths in a file's code, as written.
#[derive(Default)]
struct NamedPaths(Vec<Vec<String>>);

impl NamedPaths {
    fn paths_in_file(file: &syn::File) -> Self {
        let mut paths = Self::default();
        paths.visit_file(file);
        paths
    }

    /// Adds the paths of a `use` tree, those of groups included.
    fn add_use_tree(&mut self, tree: &UseTree, prefix: &[String]) {
        let with = |name: &syn::Ident| [prefix, &[name.to_string()]].concat();
        match tree {
            UseTree::Path(path) => self.add_use_tree(&path.tree, &with(&path.ident)),
            UseTree::Name(name) if name.ident == "self" => self.0.push(prefix.to_vec()),
            UseTree::Name(name) => self.0.push(with(&name.ident)),
            UseTree::Rename(rename) => self.0.push(with(&rename.ident)),
            UseTree::Glob(_) => self.0.push(prefix.to_vec()),
            UseTree::Group(group) => group.items.iter().for_each(|item| self.add_use_tree(item, prefix)),
        }
    }
}

impl<'ast> Visit<'ast> for NamedPaths {
    fn visit_item(&mut self, item: &'ast Item) {
        // Unit tests may import from layers above.
        let is_tests = matches!(item, Item::Mod(module) if module.ident == "tests");
        if !is_tests {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        self.add_use_tree(&item.tree, &[]);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.0.push(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        visit::visit_path(self, path);
    }
}

/// The modules of the library, with the paths that their files name.
fn paths_by_module() -> BTreeMap<ModulePath, NamedPaths> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let is_root = |path: &PathBuf| ["lib.rs", "main.rs"].iter().any(|root| path.ends_with(root));
    let is_tests = |path: &PathBuf| path.file_stem().is_some_and(|stem| stem == "tests");
    rust_files(&source)
        .into_iter()
        .filter(|path| !is_root(path) && !is_tests(path))
        .map(|path| {
            let text = std::fs::read_to_string(&path).unwrap();
            let file = syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let module = path.strip_prefix(&source).unwrap().with_extension("");
            (module.iter().map(|part| part.to_string_lossy().into()).collect(), NamedPaths::paths_in_file(&file))
        })
        .collect()
}

fn rust_files(dir: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    let (dirs, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    let files = files.into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    dirs.iter().flat_map(|dir| rust_files(dir)).chain(files).collect()
}

/// The module whose file a path leads to, seen from `from`.
fn module_of_path(path: &[String], from: &ModulePath, modules: &BTreeSet<&ModulePath>) -> Option<ModulePath> {
    let supers = path.iter().take_while(|part| *part == "super").count();
    let absolute = match path.first()?.as_str() {
        "crate" => path[1..].to_vec(),
        "self" => [from, &path[1..]].concat(),
        "super" => [&from[..from.len().checked_sub(supers)?], &path[supers..]].concat(),
        // The path starts with a child of the module itself.
        _ => [from, path].concat(),
    };
    (1..=absolute.len()).rev().map(|len| absolute[..len].to_vec()).find(|module| modules.contains(module))
}

/// The imports of each file, without those by submodules from their own parents.
fn imports_between_files(files: &BTreeMap<ModulePath, NamedPaths>) -> BTreeMap<ModulePath, BTreeSet<ModulePath>> {
    let known = files.keys().collect();
    let targets_of = |module: &ModulePath, paths: &NamedPaths| {
        let targets = paths.0.iter().filter_map(|path| module_of_path(path, module, &known));
        targets.filter(|target| !module.starts_with(target)).collect()
    };
    files.iter().map(|(module, paths)| (module.clone(), targets_of(module, paths))).collect()
}

/// The files that can be reached from `start` by imports.
fn files_reachable_from<'a>(
    start: &ModulePath,
    imports: &'a BTreeMap<ModulePath, BTreeSet<ModulePath>>,
) -> BTreeSet<&'a ModulePath> {
    let mut found = BTreeSet::new();
    let mut open: Vec<_> = imports[start].iter().collect();
    while let Some(module) = open.pop() {
        if found.insert(module) {
            open.extend(&imports[module]);
        }
    }
    found
}

fn layer_of_module(module: &str) -> usize {
    MODULE_LAYERS.iter().position(|layer| layer.contains(&module)).unwrap_or_else(|| panic!("{module} is in no layer"))
}

#[test]
fn every_module_imports_only_from_layers_below() {
    for (from, targets) in imports_between_files(&paths_by_module()) {
        for to in targets.iter().filter(|to| to[0] != from[0]) {
            assert!(
                layer_of_module(&from[0]) < layer_of_module(&to[0]),
                "{} imports from {}",
                from.join("::"),
                to.join("::")
            );
        }
    }
}

#[test]
fn no_files_import_each_other() {
    let imports = imports_between_files(&paths_by_module());
    let in_cycle = |module: &&ModulePath| files_reachable_from(module, &imports).contains(module);
    let cycles: Vec<String> = imports.keys().filter(in_cycle).map(|module| module.join("::")).collect();
    assert!(cycles.is_empty(), "import cycles run through {cycles:?}");
}

#[test]
fn event_and_model_name_no_terminal_clock_or_file() {
    for (module, paths) in
        paths_by_module().iter().filter(|(module, _)| ["event", "model"].contains(&module[0].as_str()))
    {
        let forbidden = |path: &&Vec<String>| FORBIDDEN_IN_MODEL.iter().any(|name| path.join("::").starts_with(name));
        let found: Vec<_> = paths.0.iter().filter(forbidden).collect();
        assert!(found.is_empty(), "{} names {found:?}", module.join("::"));
    }
}

#[test]
fn imports_of_groups_parents_and_inline_paths_are_found() {
    let code = "use crate::{app, model::{Lane, view as v}, keys::*}; use super::ui::Ui; fn f() { crate::export::f(); }";
    let paths = NamedPaths::paths_in_file(&syn::parse_str(code).unwrap());
    let modules = ["app", "model", "keys", "ui", "export", "view"].map(|name| vec![name.to_owned()]);
    let known = modules.iter().collect();
    let from = vec!["view".to_owned()];
    let found: Vec<_> = paths.0.iter().filter_map(|path| module_of_path(path, &from, &known)).flatten().collect();
    assert_eq!(found, ["app", "model", "model", "keys", "ui", "export"]);
}
