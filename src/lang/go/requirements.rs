//! The versions of Go and of libraries that a `go.mod` requires.

use crate::lang::{Manifest, folder_of};
use crate::version::{Requirement, Version};

/// What the files require: `go 1.22`, and the modules by their paths.
pub(super) fn requirements(files: &[Manifest]) -> Vec<Requirement> {
    files.iter().flat_map(required).collect()
}

fn required(file: &Manifest) -> Vec<Requirement> {
    let folder = folder_of(&file.path).0;
    let mut found = Vec::new();
    for line in file.text.lines() {
        let line = line.split("//").next().unwrap_or(line).trim();
        let line = line.strip_prefix("require ").unwrap_or(line).trim();
        let Some((name, version)) = line.split_once(' ') else { continue };
        let version = version.trim();
        let version = match name {
            "go" => version,
            name if name.contains('.') => version.strip_prefix('v').unwrap_or(""),
            _ => continue,
        };
        if let Some(version) = Version::parse(version) {
            found.push(Requirement::new(folder, name, version, true));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_and_the_modules() {
        let text = "module example.com/x\n\ngo 1.21\n\nrequire (\n\tgorm.io/gorm v1.25.5 // indirect\n)\nrequire a.b/c v0.1.0\n";
        let files = [Manifest { path: "api/go.mod".into(), text: text.into() }];
        let found: Vec<(String, String)> =
            requirements(&files).into_iter().map(|requirement| (requirement.folder, requirement.name)).collect();
        let names = ["go", "gorm.io/gorm", "a.b/c"].map(|name| ("api/".to_owned(), name.to_owned()));
        assert_eq!(found, names);
    }
}
