//! Where an import belongs: among those of the module, in the order in which formatters keep them.

use ruff_python_ast::{Alias, ModModule, Stmt};
use ruff_text_size::Ranged;

use super::{lower, parser};
use crate::lang::Importing;

/// `import a` or `from a import b`, of one name.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Import {
    /// Those with `from` come last.
    takes_a_part: bool,
    module: String,
    name: String,
}

/// Where this import belongs in a module, for use at a byte of it.
pub fn import(text: &str, import: &str, at: u32) -> Importing {
    let wanted = parser::with_module(import, |parsed| parsed.syntax().body.first().and_then(read)).ok().flatten();
    let Some(wanted) = wanted else { return Importing::Taken };
    parser::with_module(text, |parsed| place(text, parsed.syntax(), &wanted, import, at)).unwrap_or(Importing::Taken)
}

fn read(statement: &Stmt) -> Option<Import> {
    match statement {
        Stmt::Import(import) => {
            let name = import.names.first()?.name.to_string();
            Some(Import { takes_a_part: false, module: name.clone(), name })
        }
        Stmt::ImportFrom(import) => Some(Import {
            takes_a_part: true,
            module: ".".repeat(import.level as usize) + import.module.as_ref().map_or("", |module| module.as_str()),
            name: import.names.first()?.name.to_string(),
        }),
        _ => None,
    }
}

fn place(text: &str, module: &ModModule, wanted: &Import, import: &str, at: u32) -> Importing {
    if module.body.iter().any(|statement| brings(statement, wanted)) {
        return Importing::Present;
    }
    if names(text).any(|name| name == wanted.name) {
        return Importing::Taken;
    }
    let found = match module.body.iter().find(|statement| can_take(text, statement, wanted)) {
        Some(Stmt::ImportFrom(other)) => beside(&other.names, &wanted.name),
        _ => new_line(text, &module.body, wanted, import),
    };
    match found {
        // What stands before its import has to do without.
        Importing::Missing(place, _) if place > at => Importing::Taken,
        found => found,
    }
}

/// Does a statement of the module bring what is wanted, under its own name?
fn brings(statement: &Stmt, wanted: &Import) -> bool {
    let plain = |alias: &Alias| alias.asname.is_none();
    match statement {
        Stmt::Import(import) if !wanted.takes_a_part => import
            .names
            .iter()
            .filter(|alias| plain(alias))
            .any(|alias| alias.name.as_str() == wanted.name || alias.name.starts_with(&format!("{}.", wanted.name))),
        Stmt::ImportFrom(import) if wanted.takes_a_part => {
            read(statement).is_some_and(|own| own.module == wanted.module)
                && import.names.iter().any(|alias| plain(alias) && alias.name.as_str() == wanted.name)
        }
        _ => false,
    }
}

/// Is it an import of other names of the same module, on one line?
fn can_take(text: &str, statement: &Stmt, wanted: &Import) -> bool {
    let Stmt::ImportFrom(import) = statement else { return false };
    let is_plain = import.names.iter().all(|alias| alias.name.as_str() != "*");
    let code = lower::span(statement.range()).of(text);
    wanted.takes_a_part
        && is_plain
        && !code.contains(['\n', '#'])
        && read(statement).is_some_and(|own| own.module == wanted.module)
}

/// The name among others, in their order.
fn beside(names: &[Alias], name: &str) -> Importing {
    match names.iter().find(|other| other.name.as_str() > name) {
        Some(next) => Importing::Missing(lower::span(next.range()).start, format!("{name}, ")),
        None => match names.last() {
            Some(last) => Importing::Missing(lower::span(last.range()).end, format!(", {name}")),
            None => Importing::Taken,
        },
    }
}

/// A line of its own: among the first imports, or before all code.
fn new_line(text: &str, body: &[Stmt], wanted: &Import, import: &str) -> Importing {
    let is_header = |statement: &&Stmt| {
        let is_future = read(statement).is_some_and(|own| own.module == "__future__");
        is_future || matches!(statement, Stmt::Expr(own) if own.value.is_string_literal_expr())
    };
    let rest = &body[body.iter().take_while(is_header).count()..];
    let Some(first) = rest.first() else { return Importing::Taken };
    let imports: Vec<&Stmt> = group(text, rest);
    if imports.is_empty() {
        let start = line_start(text, first_byte(first));
        return Importing::Missing(start, format!("{import}\n\n"));
    }
    match imports.iter().find(|other| read(other).is_some_and(|own| own > *wanted)) {
        Some(next) => Importing::Missing(line_start(text, first_byte(next)), format!("{import}\n")),
        None => {
            let end = imports.last().map_or(0, |last| lower::span(last.range()).end as usize);
            match text[end..].find('\n') {
                Some(line_end) => Importing::Missing((end + line_end + 1) as u32, format!("{import}\n")),
                None => Importing::Taken,
            }
        }
    }
}

/// The imports that the statements start with, down to the first empty line.
fn group<'s>(text: &str, statements: &'s [Stmt]) -> Vec<&'s Stmt> {
    let mut group: Vec<&Stmt> = Vec::new();
    for statement in statements.iter().take_while(|statement| read(statement).is_some()) {
        let between = group.last().map(|last| lower::span(last.range()).end as usize..first_byte(statement) as usize);
        if between.is_some_and(|between| text[between].matches('\n').count() != 1) {
            break;
        }
        group.push(statement);
    }
    group
}

fn first_byte(statement: &Stmt) -> u32 {
    lower::span(statement.range()).start
}

fn line_start(text: &str, at: u32) -> u32 {
    text[..at as usize].rfind('\n').map_or_else(|| if text.starts_with("   ") { 3 } else { 0 }, |line| line as u32 + 1)
}

/// All words of a text.
fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !(letter.is_alphanumeric() || letter == '_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text with the import in it.
    fn with(text: &str, wanted: &str) -> String {
        match import(text, wanted, text.len() as u32) {
            Importing::Missing(at, new) => format!("{}{new}{}", &text[..at as usize], &text[at as usize..]),
            Importing::Present => "present".into(),
            Importing::Taken => "taken".into(),
        }
    }

    #[test]
    fn imports_are_merged_and_sorted() {
        assert_eq!(with("import a\nimport z\n\nx = 1\n", "import m"), "import a\nimport m\nimport z\n\nx = 1\n");
        assert_eq!(with("import a\nfrom b import c\n", "import m"), "import a\nimport m\nfrom b import c\n");
        assert_eq!(with("import z\n\nimport b\n", "from m import n"), "import z\nfrom m import n\n\nimport b\n");
        assert_eq!(with("from m import a, z\n", "from m import n"), "from m import a, n, z\n");
        assert_eq!(with("from m import a as b\n", "from m import n"), "from m import a as b, n\n");
        assert_eq!(
            with("from m import (\n    a,\n)\n", "from m import n"),
            "from m import (\n    a,\n)\nfrom m import n\n"
        );
    }

    #[test]
    fn without_imports_it_comes_first() {
        assert_eq!(with("\"\"\"Text.\"\"\"\n\nx = 1\n", "import m"), "\"\"\"Text.\"\"\"\n\nimport m\n\nx = 1\n");
        assert_eq!(
            with("from __future__ import a\nimport b\n", "import m"),
            "from __future__ import a\nimport b\nimport m\n"
        );
        assert_eq!(with("# head\nx = 1\n", "import m"), "# head\nimport m\n\nx = 1\n");
    }

    #[test]
    fn names_that_are_there_are_no_matter_of_doubt() {
        assert_eq!(with("import m.n\n", "import m"), "present");
        assert_eq!(with("from m import n\n", "from m import n"), "present");
        assert_eq!(with("import a as m\n", "import m"), "taken");
        assert_eq!(with("n = 1\n", "from m import n"), "taken");
    }
}
