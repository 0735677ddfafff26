//! Libraries that a package knows under another name: `sql = { package = "sqlx" }`.

use crate::lang::{Manifest, Renames, folder_of};

/// The renamed libraries of each package.
pub(super) fn renames(manifests: &[Manifest]) -> Vec<Renames> {
    let tables: Vec<(&str, toml::Table)> = manifests
        .iter()
        .filter_map(|manifest| {
            let (folder, name) = folder_of(&manifest.path);
            (name == "Cargo.toml").then(|| Some((folder, manifest.text.parse().ok()?))).flatten()
        })
        .collect();
    let shared: Vec<(String, String)> = tables
        .iter()
        .filter_map(|(_, table)| table.get("workspace")?.get("dependencies")?.as_table())
        .flat_map(renamed)
        .collect();
    let mut found = Vec::new();
    for (folder, table) in &tables {
        let mut names = Vec::new();
        for dependencies in dependency_tables(table) {
            names.extend(renamed(dependencies));
            let is_inherited = |name: &str| {
                let written = dependencies.iter().find(|(own, _)| own.replace('-', "_") == name);
                written.is_some_and(|(_, own)| own.get("workspace").is_some())
            };
            names.extend(shared.iter().filter(|(name, _)| is_inherited(name)).cloned());
        }
        // A package without renamed libraries hides those of the package around it.
        found.push(Renames { folder: (*folder).to_owned(), names });
    }
    found
}

/// `[dependencies]` and its kin, those of single platforms included.
fn dependency_tables(table: &toml::Table) -> Vec<&toml::Table> {
    const KINDS: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];
    let targets = table.get("target").and_then(|targets| targets.as_table());
    let of_targets = targets.into_iter().flatten().filter_map(|(_, target)| target.as_table());
    let tables = std::iter::once(table).chain(of_targets);
    tables.flat_map(|table| KINDS.iter().filter_map(|kind| table.get(*kind)?.as_table())).collect()
}

fn renamed(dependencies: &toml::Table) -> Vec<(String, String)> {
    let names = dependencies.iter().filter_map(|(name, value)| {
        let package = value.get("package")?.as_str()?;
        Some((name.replace('-', "_"), package.replace('-', "_")))
    });
    names.filter(|(name, package)| name != package).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_rename_libraries() {
        let root = "[workspace.dependencies]\nsql = { package = \"sqlx\", version = \"1\" }";
        let own = "[dependencies]\nsql.workspace = true\nre = { package = \"regex\" }\nserde = \"1\"\n\
                   [target.'cfg(unix)'.dev-dependencies]\nweb-client = { package = \"reqwest\" }";
        let manifests = [("Cargo.toml", root), ("a/Cargo.toml", own), ("b/Cargo.toml", "[package")]
            .map(|(path, text)| Manifest { path: path.into(), text: text.into() });
        let found = renames(&manifests);
        assert_eq!((found[0].folder.as_str(), found[0].names.len()), ("", 0));
        let names: Vec<String> = found[1].names.iter().map(|(name, package)| format!("{name}={package}")).collect();
        assert_eq!(
            (found[1].folder.as_str(), names),
            ("a/", vec!["re=regex".into(), "sql=sqlx".into(), "web_client=reqwest".to_owned()])
        );
        assert_eq!(found.len(), 2);
    }
}
