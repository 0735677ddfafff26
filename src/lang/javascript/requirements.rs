//! Which versions of the runtime and of libraries a project works with: `package.json`, `package-lock.json`.

use serde_json::Value;

use super::manifests::json;
use crate::lang::{Manifest, folder_of};
use crate::version::{Requirement, Version};

/// Files that say so.
pub(super) const FILES: &[&str] = &["package.json", "package-lock.json"];

const RUNTIME: &str = "node";

/// What the files require.
pub(super) fn requirements(files: &[Manifest]) -> Vec<Requirement> {
    let mut found = Vec::new();
    for file in files {
        let (folder, name) = folder_of(&file.path);
        let mut add = |name: &str, version: Option<Version>, is_locked: bool| {
            found.extend(version.map(|version| Requirement::new(folder, name, version, is_locked)));
        };
        match name {
            "package.json" => {
                let Some(content) = json(&file.text) else { continue };
                let runtime = content.get("engines").and_then(|engines| engines.get(RUNTIME)?.as_str());
                add(RUNTIME, runtime.and_then(lowest), false);
                for kind in ["dependencies", "devDependencies", "peerDependencies"] {
                    for (name, range) in content.get(kind).and_then(Value::as_object).into_iter().flatten() {
                        add(name, range.as_str().and_then(lowest), false);
                    }
                }
            }
            "package-lock.json" => {
                let Ok(content) = serde_json::from_str::<Value>(&file.text) else { continue };
                for (path, package) in content.get("packages").and_then(Value::as_object).into_iter().flatten() {
                    let Some(name) = path.strip_prefix("node_modules/") else { continue };
                    let version = package.get("version").and_then(Value::as_str).and_then(Version::parse);
                    if !name.contains("node_modules/") {
                        add(name, version, true);
                    }
                }
            }
            _ => {}
        }
    }
    found
}

/// The lowest version that a range admits, as far as it has a lower end: `^3.9`, `>=18 <21`, `18.x || 20.x`.
fn lowest(range: &str) -> Option<Version> {
    let of_part = |part: &str| {
        let ends = part.split_whitespace().filter(|end| !end.starts_with('<'));
        ends.filter_map(|end| Version::parse(end.trim_start_matches(['>', '=', '^', '~', 'v']))).max()
    };
    let parts: Option<Vec<Version>> = range.split("||").map(of_part).collect();
    parts?.into_iter().min()
}

#[cfg(test)]
mod tests {

    use crate::lang::javascript::JavaScript;
    use crate::lang::tests::requirements_shown;

    fn found(path: &str, text: &str) -> Vec<String> {
        requirements_shown(&JavaScript, path, text)
    }

    #[test]
    fn packages_name_what_they_need() {
        let text =
            r#"{ "engines": { "node": ">=18 <21" }, "dependencies": { "pg": "^8.11.3", "local": "workspace:*" } }"#;
        assert_eq!(found("a/package.json", text), ["a/node 18.0.0", "a/pg 8.11.3"]);
        assert!(found("package.json", "{").is_empty());
    }

    #[test]
    fn locks_name_what_is_there() {
        let text = r#"{ "packages": { "": {}, "node_modules/pg": { "version": "8.11.5" }, "node_modules/a/node_modules/pg": { "version": "7.0.0" } } }"#;
        assert_eq!(found("package-lock.json", text), ["pg 8.11.5 locked"]);
    }
}
