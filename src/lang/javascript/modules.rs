//! Modules: which a file is, where an import leads. A module is named by the path of its file, without the extension; the
//! index of a folder by that of the folder.

use super::names::EXTENSIONS;
use crate::qualified::split_last;

/// The index of a folder.
const INDEX: &str = "index";

/// The prefix of what comes with the runtime.
const BUILT_IN: &str = "node:";

/// The path without an extension of the language.
pub(super) fn without_extension(path: &str) -> &str {
    match split_last(path, ".") {
        Some((stem, extension)) if EXTENSIONS.contains(&extension) && !stem.is_empty() => stem,
        _ => path,
    }
}

/// The folder of a path; empty at the top.
fn folder(path: &str) -> &str {
    split_last(path, "/").map_or("", |(folder, _)| folder)
}

/// Does this file stand for its folder?
pub(super) fn is_index(path: &str) -> bool {
    let stem = without_extension(path);
    without_index(stem).len() < stem.len()
}

fn without_index(path: &str) -> &str {
    path.strip_suffix(INDEX).and_then(|rest| rest.strip_suffix('/')).filter(|rest| !rest.is_empty()).unwrap_or(path)
}

/// The module that a file is.
pub(super) fn module(path: &str) -> String {
    without_index(without_extension(path)).to_owned()
}

/// The folders around a module, the nearest first, and the top, which has no name.
pub(super) fn folders_of(module: &str) -> Vec<&str> {
    let mut folders = vec![module];
    let mut at = module;
    while !at.is_empty() {
        at = folder(at);
        folders.push(at);
    }
    folders
}

/// Where a path as written leads, seen from a module.
pub(super) fn absolute(module: &str, is_package: bool, names: &[&str]) -> String {
    let Some((first, rest)) = names.split_first() else { return String::new() };
    let first = match first.starts_with('.') {
        true => joined(if is_package { module } else { folder(module) }, first),
        false => first.strip_prefix(BUILT_IN).unwrap_or(first).to_owned(),
    };
    let kept = match memchr::memchr(b'/', first.as_bytes()) {
        Some(_) => without_index(without_extension(&first)).len(),
        None if names[0].starts_with('.') => without_extension(&first).len(),
        None => first.len(),
    };
    let mut path = first;
    path.truncate(kept);
    path.reserve(rest.iter().map(|name| 1 + name.len()).sum());
    for name in rest {
        path.push('.');
        path.push_str(name);
    }
    path
}

/// A path from a folder, with its steps up taken.
pub(super) fn joined(from: &str, path: &str) -> String {
    let mut joined = String::with_capacity(from.len() + 1 + path.len());
    joined.push_str(from.trim_matches('/'));
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if !joined.is_empty() && joined != ".." && !joined.ends_with("/..") => {
                joined.truncate(folder(&joined).len());
            }
            part => {
                joined.push_str(if joined.is_empty() { "" } else { "/" });
                joined.push_str(part);
            }
        }
    }
    joined
}

/// The path with what another name stands for, by the first of these patterns that fits: `@scope/name` or `@/*`.
pub(super) fn renamed(path: &str, renames: &[(String, String)]) -> Option<String> {
    let first = path.bytes().next();
    // Most have another first letter.
    let may_fit = |pattern: &str| pattern.bytes().next().is_none_or(|own| own == b'*' || Some(own) == first);
    let mut renames = renames.iter().filter(|(pattern, _)| may_fit(pattern));
    renames.find_map(|(pattern, target)| match pattern.strip_suffix('*') {
        Some(prefix) => {
            let rest = path.strip_prefix(prefix)?;
            Some(target.replacen('*', rest, 1))
        }
        None => {
            let rest = path.strip_prefix(pattern.as_str())?;
            (rest.is_empty() || rest.starts_with('.')).then(|| [target, rest].concat())
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_modules() {
        assert_eq!(module("src/users/user.service.ts"), "src/users/user.service");
        assert_eq!(module("src/db/index.mts"), "src/db");
        assert_eq!(module("index.js"), "index");
        assert_eq!(module("src/App.vue"), "src/App");
        assert!(is_index("src/db/index.ts") && !is_index("index.ts") && !is_index("src/db.ts"));
    }

    #[test]
    fn imports_are_absolute() {
        assert_eq!(absolute("src/app", false, &["./db", "find"]), "src/db.find");
        assert_eq!(absolute("src/app", true, &["./db"]), "src/app/db");
        assert_eq!(absolute("src/app/x", false, &["../db/index.js", "default"]), "src/db.default");
        assert_eq!(absolute("src/app", false, &["."]), "src");
        assert_eq!(absolute("index", false, &["./user.service"]), "user.service");
        assert_eq!(absolute("a", false, &["node:fs/promises", "readFile"]), "fs/promises.readFile");
        assert_eq!(absolute("a", false, &["@prisma/client", "PrismaClient"]), "@prisma/client.PrismaClient");
        assert_eq!(absolute("a", false, &["chart.js"]), "chart.js");
        assert_eq!(absolute("a/b", false, &["../../x"]), "../x");
    }

    #[test]
    fn packages_are_renamed() {
        let renames =
            [("@acme/db".to_owned(), "packages/db/src".to_owned()), ("@/*".to_owned(), "web/src/*".to_owned())];
        assert_eq!(renamed("@acme/db.find", &renames).as_deref(), Some("packages/db/src.find"));
        assert_eq!(renamed("@acme/dbx.find", &renames), None);
        assert_eq!(renamed("@/lib/db.find", &renames).as_deref(), Some("web/src/lib/db.find"));
    }
}
