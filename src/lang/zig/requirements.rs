//! The version of Zig that a `build.zig.zon` requires at the least.

use crate::lang::{Manifest, folder_of};
use crate::version::{Requirement, Version};

/// Files that say so.
pub(super) const FILES: &[&str] = &["build.zig.zon"];

/// What stands before the version.
const KEY: &str = ".minimum_zig_version";

/// What the files require.
pub(super) fn requirements(files: &[Manifest]) -> Vec<Requirement> {
    files.iter().filter_map(required).collect()
}

fn required(file: &Manifest) -> Option<Requirement> {
    let line = file.text.lines().find_map(|line| line.trim().strip_prefix(KEY))?;
    let version = line.split('"').nth(1).and_then(Version::parse)?;
    Some(Requirement::new(folder_of(&file.path).0, "zig", version, true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_the_language() {
        let read = |text: &str| {
            let files = [Manifest { path: "shop/build.zig.zon".into(), text: text.into() }];
            requirements(&files).into_iter().map(|own| (own.folder, own.name, own.version)).collect::<Vec<_>>()
        };
        let expected = ("shop/".to_owned(), "zig".to_owned(), Version([0, 14, 1]));
        assert_eq!(read(".{\n    .name = .shop,\n    .minimum_zig_version = \"0.14.1\",\n}\n"), [expected]);
        assert_eq!(read(".{ .name = \"x\" }\n"), []);
        assert_eq!(read(".minimum_zig_version = broken"), []);
    }
}
