//! What `package.json` and `tsconfig.json` say of names: packages of the same repository, and patterns of paths.

use std::collections::{BTreeMap, BTreeSet};

use oxc_allocator::Allocator;
use oxc_ast::ast;
use oxc_parser::Parser;
use oxc_span::SourceType;
use serde_json::Value;

use super::modules::{folders_of, joined, module};
use super::stack;
use crate::lang::{Manifest, folder_of};

/// The files that say it.
pub(super) const FILES: &[&str] =
    &["package.json", "tsconfig.json", "jsconfig.json", "tsconfig.base.json", "tsconfig.app.json"];

/// How often settings may extend others.
const LONGEST_CHAIN: usize = 8;

/// Folders of what is made of the source, and where the source is.
const MADE: &[&str] = &["dist", "build", "lib", "out", "esm", "cjs"];

/// The value of a text in JSON, comments and trailing commas allowed.
pub(super) fn json(text: &str) -> Option<Value> {
    stack::with_room(text, || {
        let allocator = Allocator::default();
        let expression = Parser::new(&allocator, text, SourceType::ts()).parse_expression().ok()?;
        value(&expression, 0)
    })
    .flatten()
}

fn value(expression: &ast::Expression, depth: usize) -> Option<Value> {
    if depth > 64 {
        return None;
    }
    Some(match expression {
        ast::Expression::StringLiteral(text) => Value::String(text.value.to_string()),
        ast::Expression::BooleanLiteral(literal) => Value::Bool(literal.value),
        ast::Expression::ArrayExpression(array) => {
            let elements = array.elements.iter().filter_map(|element| value(element.as_expression()?, depth + 1));
            Value::Array(elements.collect())
        }
        ast::Expression::ObjectExpression(object) => {
            let entries = object.properties.iter().filter_map(|property| match property {
                ast::ObjectPropertyKind::ObjectProperty(own) => {
                    Some((own.key.static_name()?.into_owned(), value(&own.value, depth + 1)?))
                }
                ast::ObjectPropertyKind::SpreadProperty(_) => None,
            });
            Value::Object(entries.collect())
        }
        _ => Value::Null,
    })
}

/// All that is known of a repository's files.
struct Repository {
    modules: BTreeSet<String>,
    /// Settings of the compiler, by path.
    settings: BTreeMap<String, Value>,
    packages: BTreeMap<String, Value>,
}

/// Per folder with a manifest: the names and patterns that its modules may use for others.
pub(super) fn renames(paths: &[&str], manifests: &[Manifest]) -> Vec<[String; 3]> {
    let mut repository = Repository {
        modules: paths.iter().map(|path| module(path)).collect(),
        settings: BTreeMap::new(),
        packages: BTreeMap::new(),
    };
    for manifest in manifests {
        let (folder, name) = folder_of(&manifest.path);
        if !FILES.contains(&name) {
            continue;
        }
        let Some(content) = json(&manifest.text) else { continue };
        match name {
            "package.json" => repository.packages.insert(folder.trim_end_matches('/').to_owned(), content),
            _ => repository.settings.insert(manifest.path.clone(), content),
        };
    }
    repository.renames()
}

impl Repository {
    fn renames(&self) -> Vec<[String; 3]> {
        let shared: Vec<(String, String)> =
            self.packages.iter().flat_map(|(folder, content)| self.package_names(folder, content)).collect();
        let mut folders: BTreeSet<&str> = self.packages.keys().map(String::as_str).collect();
        folders.extend(self.settings.keys().map(|path| folder_of(path).0.trim_end_matches('/')));
        folders.insert("");
        let mut all = Vec::new();
        for folder in folders {
            let own = self.patterns_of(folder).into_iter().chain(self.conventional_patterns(folder));
            for (name, target) in own.chain(shared.iter().cloned()) {
                all.push([folder.to_owned(), name, target]);
            }
        }
        all
    }

    fn has_below(&self, folder: &str) -> bool {
        let start = format!("{folder}/");
        self.modules.range(start.clone()..).next().is_some_and(|module| module.starts_with(&start))
            || self.modules.contains(folder)
    }

    /// The module that a file named in a manifest is made of.
    fn module_of(&self, folder: &str, file: &str) -> Option<String> {
        let path = joined(folder, file);
        let path = path.strip_suffix(".d.ts").unwrap_or(&path);
        let found = |path: &str| Some(module(path)).filter(|module| self.modules.contains(module));
        found(path).or_else(|| found(&joined(path, "index"))).or_else(|| {
            let inside = path.strip_prefix(folder).unwrap_or(path).trim_start_matches('/');
            let (first, rest) = inside.split_once('/')?;
            MADE.contains(&first).then(|| found(&joined(folder, &format!("src/{rest}"))))?
        })
    }

    /// The name of a package and what it exports.
    fn package_names(&self, folder: &str, content: &Value) -> Vec<(String, String)> {
        let Some(name) = content.get("name").and_then(Value::as_str) else { return Vec::new() };
        let mut names = Vec::new();
        let text = |key: &str| content.get(key).and_then(Value::as_str);
        let exports = content.get("exports");
        let root = exports.and_then(|exports| exports.get(".").or(Some(exports))).and_then(target);
        let declared = [text("source"), root, text("module"), text("main"), text("types")];
        let usual = [Some("src/index"), Some("index"), Some("src/main"), Some("lib/index")];
        let entry = declared.into_iter().chain(usual).flatten().find_map(|file| self.module_of(folder, file));
        names.extend(entry.map(|entry| (name.to_owned(), entry)));
        for (key, value) in exports.and_then(Value::as_object).into_iter().flatten() {
            let Some(inner) = key.strip_prefix("./") else { continue };
            let Some(file) = target(value) else { continue };
            match (inner.strip_suffix('*'), file.split_once('*')) {
                (Some(inner), Some((start, _))) => {
                    names.push((format!("{name}/{inner}*"), format!("{}/*", joined(folder, start))));
                }
                _ => names.extend(self.module_of(folder, file).map(|module| (format!("{name}/{inner}"), module))),
            }
        }
        if self.has_below(folder) && !folder.is_empty() {
            names.push((format!("{name}/*"), format!("{folder}/*")));
        }
        names
    }

    /// The patterns that the settings of a folder, or of one above it, have.
    fn patterns_of(&self, folder: &str) -> Vec<(String, String)> {
        for around in folders_of(folder) {
            for name in FILES.iter().filter(|name| **name != "package.json" && **name != "tsconfig.base.json") {
                let path = joined(around, name);
                let patterns = self.patterns_in(&path, 0);
                if !patterns.is_empty() {
                    return patterns;
                }
            }
        }
        Vec::new()
    }

    fn patterns_in(&self, path: &str, depth: usize) -> Vec<(String, String)> {
        let Some(settings) = self.settings.get(path).filter(|_| depth < LONGEST_CHAIN) else { return Vec::new() };
        let folder = folder_of(path).0.trim_end_matches('/');
        let options = settings.get("compilerOptions");
        let base = options.and_then(|options| options.get("baseUrl")?.as_str()).map(|base| joined(folder, base));
        let mut patterns = Vec::new();
        let paths = options.and_then(|options| options.get("paths")?.as_object());
        for (pattern, targets) in paths.into_iter().flatten() {
            let targets = targets.as_array().into_iter().flatten().filter_map(Value::as_str);
            let targets = targets.map(|target| joined(base.as_deref().unwrap_or(folder), target));
            patterns.extend(targets.filter_map(|target| self.pattern(pattern, &target)));
        }
        if let Some(base) = base.as_deref().filter(|_| options.is_some()) {
            patterns.extend(self.names_below(base));
        }
        if !patterns.is_empty() {
            return patterns;
        }
        let extended = match settings.get("extends") {
            Some(Value::String(one)) => vec![one.as_str()],
            Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        for other in extended.iter().filter(|other| other.starts_with('.')) {
            let other = if other.ends_with(".json") { (*other).to_owned() } else { format!("{other}.json") };
            patterns.extend(self.patterns_in(&joined(folder, &other), depth + 1));
        }
        patterns
    }

    /// A pattern, if there is a module where it leads.
    fn pattern(&self, pattern: &str, target: &str) -> Option<(String, String)> {
        match target.strip_suffix('*') {
            Some(start) => {
                let folder = start.trim_end_matches('/');
                (folder.is_empty() || self.has_below(folder)).then(|| (pattern.to_owned(), target.to_owned()))
            }
            None => self.module_of("", target).map(|module| (pattern.to_owned(), module)),
        }
    }

    /// The folders and modules of a folder that paths may start at, by their names.
    fn names_below(&self, base: &str) -> Vec<(String, String)> {
        let start = if base.is_empty() { String::new() } else { format!("{base}/") };
        let below = self.modules.range(start.clone()..).take_while(|module| module.starts_with(&start));
        let first = |module: &String| module[start.len()..].split('/').next().unwrap_or("").to_owned();
        let names: BTreeSet<String> = below.map(first).filter(|name| !name.starts_with('.')).collect();
        let both = |name: String| {
            let target = format!("{start}{name}");
            [(format!("{name}/*"), format!("{target}/*")), (name, target)]
        };
        names.into_iter().flat_map(both).collect()
    }

    /// Patterns that bundlers are set to where the compiler is not: `@/` and `~/` are the source, `$lib/` a part of it.
    fn conventional_patterns(&self, folder: &str) -> Vec<(String, String)> {
        let source = joined(folder, "src");
        let source = if self.has_below(&source) { source } else { folder.to_owned() };
        let below = |inner: &str| joined(&source, inner);
        ["@/*", "~/*"]
            .into_iter()
            .map(|pattern| (pattern.to_owned(), below("*")))
            .chain([("$lib/*".to_owned(), below("lib/*"))])
            .collect()
    }
}

/// The file of an entry of `exports`: that of the source if it is named, else the first.
fn target(value: &Value) -> Option<&str> {
    match value {
        Value::String(file) => Some(file),
        Value::Array(several) => several.iter().find_map(target),
        Value::Object(conditions) => {
            let named = ["source", "development", "types", "import", "require", "default"];
            named.iter().find_map(|condition| conditions.get(*condition).and_then(target))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(paths: &[&str], manifests: &[(&str, &str)], folder: &str) -> Vec<(String, String)> {
        let all = renames(paths, &crate::lang::tests::manifests(manifests));
        all.into_iter().filter(|[own, _, _]| own == folder).map(|[_, name, target]| (name, target)).collect()
    }

    fn leads(renames: &[(String, String)], path: &str) -> Option<String> {
        super::super::modules::renamed(path, renames)
    }

    #[test]
    fn workspaces_know_each_other() {
        let paths = ["packages/db/src/index.ts", "packages/db/src/client.ts", "apps/web/src/page.tsx"];
        let manifests = [
            (
                "packages/db/package.json",
                r#"{ "name": "@acme/db", "main": "dist/index.js", "exports": { ".": "./dist/index.js", "./client": { "import": "./dist/client.js" } } }"#,
            ),
            ("apps/web/package.json", r#"{ "name": "web" }"#),
        ];
        let web = found(&paths, &manifests, "apps/web");
        assert_eq!(leads(&web, "@acme/db.find").as_deref(), Some("packages/db/src.find"));
        assert_eq!(leads(&web, "@acme/db/client.x").as_deref(), Some("packages/db/src/client.x"));
        assert_eq!(leads(&web, "@acme/db/src/client.x").as_deref(), Some("packages/db/src/client.x"));
        assert_eq!(leads(&web, "@/page").as_deref(), Some("apps/web/src/page"));
    }

    #[test]
    fn settings_have_patterns() {
        let paths = ["src/app/users.ts", "libs/shared/src/index.ts", "src/main.ts"];
        let settings = r#"{
            // Comments and trailing commas are usual.
            "compilerOptions": { "baseUrl": "./", "paths": { "@app/*": ["src/app/*"], "@shared": ["libs/shared/src"], } },
        }"#;
        let own = found(&paths, &[("tsconfig.json", settings)], "");
        assert_eq!(leads(&own, "@app/users.find").as_deref(), Some("src/app/users.find"));
        assert_eq!(leads(&own, "@shared.x").as_deref(), Some("libs/shared/src.x"));
        assert_eq!(leads(&own, "src/app/users.x").as_deref(), Some("src/app/users.x"));
        assert_eq!(leads(&own, "react.useState"), None);
    }

    #[test]
    fn settings_extend_others() {
        let base = r#"{ "compilerOptions": { "paths": { "@acme/*": ["./libs/*"] } } }"#;
        let manifests =
            [("tsconfig.base.json", base), ("apps/a/tsconfig.json", r#"{ "extends": "../../tsconfig.base" }"#)];
        let own = found(&["libs/db.ts", "apps/a/x.ts"], &manifests, "apps/a");
        assert_eq!(leads(&own, "@acme/db").as_deref(), Some("libs/db"));
    }

    #[test]
    fn broken_manifests_say_nothing() {
        assert!(json("{").is_none());
        assert_eq!(found(&["a.ts"], &[("package.json", "{")], "").len(), 3);
    }
}
