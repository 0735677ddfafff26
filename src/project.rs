//! What a run works on: source files and manifests, as they were found. Knows no disk.

use crate::diagnostic::Notice;
use crate::lang::{self, Language, Manifest};
use crate::source::SourceFile;
use crate::version::Requirements;

/// What a run works on.
#[derive(Clone, Debug, Default)]
pub struct Project {
    /// Source files, sorted by path.
    pub files: Vec<SourceFile>,
    /// Files in dialects of languages, sorted by path; they are read where the program uses them.
    pub in_dialects: Vec<SourceFile>,
    /// Manifests in the walked folders and in the folders above them (up to the repository), sorted by path. One
    /// above the project root starts with `..`.
    pub manifests: Vec<Manifest>,
    /// Files that say which versions of languages and libraries the project works with, found like the manifests.
    pub requirement_files: Vec<Manifest>,
    /// Files that were left out, and folders that could not be read; sorted.
    pub notices: Vec<Notice>,
    /// The folders from the outermost manifest down to the project root; empty if no manifest lies above it.
    pub above: Vec<String>,
}

impl Project {
    /// The versions of each language of [`lang::all`], and of its libraries, that the parts of the project work with. Of a
    /// language without files none are read.
    pub fn requirements(&self) -> Vec<Requirements> {
        let of_language = |(index, language): (usize, &&dyn Language)| {
            let is_used = self.files.iter().chain(&self.in_dialects).any(|file| file.language == index);
            let is_own = |file: &&Manifest| {
                let name = file.path.rsplit('/').next().unwrap_or_default();
                is_used && language.profile().names_requirements(name)
            };
            let own: Vec<Manifest> = self.requirement_files.iter().filter(is_own).cloned().collect();
            Requirements::new(language.requirements(&own))
        };
        lang::all().iter().enumerate().map(of_language).collect()
    }

    /// The paths of all files that it is made of, relative to the project root.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        let sources = self.files.iter().chain(&self.in_dialects).map(|file| file.path.as_str());
        sources.chain(self.manifests.iter().chain(&self.requirement_files).map(|file| file.path.as_str()))
    }

    /// The path of a file or a manifest seen from the outermost manifest instead of the project root: what
    /// module names depend on. So a file has the same name however small a part of its package is analysed.
    pub fn from_outermost(&self, path: &str) -> String {
        let up = path.split('/').take_while(|part| *part == "..").count();
        let above = self.above[..self.above.len().saturating_sub(up)].iter().map(String::as_str);
        above.chain(path.split('/').skip(up)).collect::<Vec<_>>().join("/")
    }
}
