//! Which Rust and which libraries a package works with: `Cargo.toml`, `Cargo.lock`, the toolchain file.

use crate::lang::{Manifest, folder_of};
use crate::version::{Requirement, Version};

/// Files that say so.
pub(super) const FILES: &[&str] = &["Cargo.toml", "Cargo.lock", "rust-toolchain.toml", "rust-toolchain"];

/// What the files require.
pub(super) fn requirements(files: &[Manifest]) -> Vec<Requirement> {
    let mut found = Vec::new();
    for file in files {
        let (folder, name) = folder_of(&file.path);
        match name {
            "Cargo.toml" => found.extend(of_manifest(folder, &file.text)),
            "Cargo.lock" => found.extend(super::super::locked_packages(folder, &file.text)),
            "rust-toolchain.toml" | "rust-toolchain" => found.extend(of_toolchain(folder, &file.text)),
            _ => {}
        }
    }
    // What a toolchain file names is what is built with, not what is supported: it counts where nobody says more.
    let declares = found.iter().any(|own| own.name == RUST && !own.is_locked);
    found.retain(|own| own.name != RUST || !own.is_locked || !declares);
    for own in found.iter_mut().filter(|own| own.name == RUST) {
        own.is_locked = false;
    }
    found
}

const RUST: &str = "rust";

/// The first version with each edition.
const EDITIONS: &[(&str, Version)] =
    &[("2018", Version([1, 31, 0])), ("2021", Version([1, 56, 0])), ("2024", Version([1, 85, 0]))];

/// `rust-version`, of a package or of all packages of a workspace. An edition alone says nothing of what is
/// supported, but raises what is.
fn of_manifest(folder: &str, text: &str) -> Option<Requirement> {
    let table: toml::Table = text.parse().ok()?;
    let package = table.get("package");
    let shared = table.get("workspace").and_then(|workspace| workspace.get("package"));
    let text = |key: &str| {
        let value = |table: Option<&toml::Value>| Some(table?.get(key)?.as_str()?.to_owned());
        value(package).or_else(|| value(shared))
    };
    let edition = text("edition").and_then(|own| EDITIONS.iter().find(|(edition, _)| **edition == own));
    let least = edition.map_or(Version([1, 0, 0]), |(_, version)| *version);
    let version = Version::parse(&text("rust-version")?)?.max(least);
    Some(Requirement::new(folder, RUST, version, false))
}

fn of_toolchain(folder: &str, text: &str) -> Option<Requirement> {
    let table: Option<toml::Table> = text.parse().ok();
    let channel = table.as_ref().and_then(|table| table.get("toolchain")?.get("channel")?.as_str());
    let version = Version::parse(channel.unwrap_or(text))?;
    Some(Requirement::new(folder, RUST, version, true))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rust(files: &[(&str, &str)]) -> Vec<String> {
        let files: Vec<Manifest> =
            files.iter().map(|(path, text)| Manifest { path: (*path).into(), text: (*text).into() }).collect();
        let found = requirements(&files);
        found.iter().map(|own| format!("{}{} {}", own.folder, own.name, own.version)).collect()
    }

    #[test]
    fn a_package_or_its_workspace_names_the_lowest_version() {
        let package = "[package]\nname = \"a\"\nrust-version = \"1.70\"\nedition = \"2021\"";
        assert_eq!(rust(&[("Cargo.toml", package)]), ["rust 1.70.0"]);
        let workspace = "[workspace.package]\nrust-version = \"1.70\"\nedition = \"2024\"";
        assert_eq!(rust(&[("a/Cargo.toml", workspace)]), ["a/rust 1.85.0"]);
        assert!(rust(&[("Cargo.toml", "[package]\nname = \"a\"\nedition = \"2018\"")]).is_empty());
        assert!(rust(&[("Cargo.toml", "[package")]).is_empty());
    }

    #[test]
    fn a_toolchain_counts_where_nothing_else_is_said() {
        let toolchain = ("rust-toolchain.toml", "[toolchain]\nchannel = \"1.75.0\"");
        assert_eq!(rust(&[toolchain]), ["rust 1.75.0"]);
        assert_eq!(rust(&[toolchain, ("Cargo.toml", "[package]\nrust-version = \"1.60\"")]), ["rust 1.60.0"]);
        assert_eq!(rust(&[("rust-toolchain", "1.74\n")]), ["rust 1.74.0"]);
        assert!(rust(&[("rust-toolchain", "stable")]).is_empty());
    }

    #[test]
    fn libraries_are_locked() {
        let lock = "version = 4\n\n[[package]]\nname = \"Tokio\"\nversion = \"1.2.3\"\ndependencies = [\n \"x\",\n]\n";
        assert_eq!(rust(&[("Cargo.lock", lock)]), ["tokio 1.2.3"]);
    }
}
