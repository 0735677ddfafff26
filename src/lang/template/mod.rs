//! Templates of Django and Jinja: text with tags, lowered to a function of the names that it is given.
//!
//! What both have in common is read alike. A look-up calls what it finds, where that can be called; an output puts a
//! value into a text; a filter, an included and an extended template are calls. Which names those calls have in the model
//! tables is said here (`template_language.…`), and nothing else of libraries.

use super::{Dialect, Parsed};

mod expressions;
mod lower;
mod tokens;

#[cfg(test)]
mod tests;

/// Folders that hold templates.
const FOLDERS: &[&str] = &["templates", "jinja2", "jinja"];

/// What the names of templates end in.
const EXTENSIONS: &[&str] = &["html", "htm", "xhtml", "txt", "xml", "jinja", "jinja2", "j2"];

/// The dialect.
pub struct Template;

impl Dialect for Template {
    fn name(&self) -> &'static str {
        "template"
    }

    fn file_name<'p>(&self, path: &'p str) -> Option<&'p str> {
        let (_, extension) = path.rsplit_once('.')?;
        if !EXTENSIONS.contains(&extension) {
            return None;
        }
        let mut name = None;
        let mut start = 0;
        for part in path.split('/') {
            start += part.len() + 1;
            if FOLDERS.contains(&part) {
                name = path.get(start..);
            }
        }
        name
    }

    fn parse(&self, text: &str) -> Parsed {
        Parsed { tree: lower::lower(text), errors: Vec::new() }
    }
}
