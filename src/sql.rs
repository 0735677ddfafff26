//! SQL in strings: placeholders of host languages are rewritten, the rest is parsed, and simple questions answered.
//!
//! Knows no schema. A text that does not parse answers every question with no.

use sqlparser::ast::{SelectItem, SetExpr, Statement};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::Parser;

/// What a statement is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// It reads rows.
    Read,
    /// It changes rows.
    Write,
    /// It is about the database itself: its schema, settings, transactions.
    Other,
}

/// What the first statement of a text is about, by its first word. `None`: the text is no SQL, or begins with a
/// placeholder.
pub fn verb(text: &str) -> Option<Verb> {
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '(');
    let word = text.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or("");
    Some(match word.to_ascii_lowercase().as_str() {
        // What a `WITH` leads to stands after it.
        "with" if ["insert into", "update ", "delete from"].iter().any(|word| contains_word(text, word)) => Verb::Write,
        "select" | "with" | "values" | "table" | "show" | "explain" => Verb::Read,
        "insert" | "update" | "delete" | "replace" | "merge" | "upsert" => Verb::Write,
        "create" | "drop" | "alter" | "pragma" | "set" | "begin" | "start" | "commit" | "rollback" | "savepoint"
        | "release" | "vacuum" | "analyze" | "attach" | "detach" | "reindex" | "truncate" | "grant" | "revoke"
        | "lock" | "comment" | "use" => Verb::Other,
        _ => return None,
    })
}

fn contains_word(text: &str, word: &str) -> bool {
    text.to_ascii_lowercase().contains(word)
}

/// Does the text select all columns of a table?
pub fn selects_star(text: &str) -> bool {
    // Parsing costs a thousand times what looking for a star does.
    if !text.contains('*') || !text.to_ascii_lowercase().contains("select") {
        return false;
    }
    statements(text).iter().any(|statement| match statement {
        Statement::Query(query) => body_selects_star(&query.body),
        _ => false,
    })
}

fn body_selects_star(body: &SetExpr) -> bool {
    match body {
        SetExpr::Select(select) => {
            let is_star =
                |item: &SelectItem| matches!(item, SelectItem::Wildcard(_) | SelectItem::QualifiedWildcard(..));
            // `SELECT * FROM (SELECT a, b …)` names its columns inside.
            let from_table =
                select.from.iter().any(|table| matches!(table.relation, sqlparser::ast::TableFactor::Table { .. }));
            from_table && select.projection.iter().any(is_star)
        }
        SetExpr::Query(query) => body_selects_star(&query.body),
        SetExpr::SetOperation { left, right, .. } => body_selects_star(left) || body_selects_star(right),
        _ => false,
    }
}

/// The statements of a text; none when it does not parse.
fn statements(text: &str) -> Vec<Statement> {
    Parser::parse_sql(&GenericDialect {}, &neutral_placeholders(text)).unwrap_or_default()
}

/// The text with `%s`, `%(name)s`, `{}` and `:name` as `$1`, which every dialect takes for a value.
fn neutral_placeholders(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['%', '{']) {
        out.push_str(&rest[..at]);
        let tail = &rest[at..];
        let length = if tail.starts_with("%s") || tail.starts_with("{}") {
            2
        } else if tail.starts_with("%(") {
            tail.find(")s").map_or(1, |end| end + 2)
        } else if let Some(after) = tail.strip_prefix("%%") {
            out.push('%');
            rest = after;
            continue;
        } else {
            1
        };
        match length {
            1 => out.push_str(&tail[..1]),
            _ => out.push_str("$1"),
        }
        rest = &tail[length..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_word_tells_what_a_statement_is_about() {
        assert_eq!(verb("  select 1"), Some(Verb::Read));
        assert_eq!(verb("(SELECT a FROM t) UNION SELECT 2"), Some(Verb::Read));
        assert_eq!(verb("INSERT INTO t VALUES (?)"), Some(Verb::Write));
        assert_eq!(verb("WITH x AS (SELECT 1) DELETE FROM t"), Some(Verb::Write));
        assert_eq!(verb("WITH x AS (SELECT 1) SELECT * FROM x"), Some(Verb::Read));
        assert_eq!(verb("PRAGMA user_version"), Some(Verb::Other));
        assert_eq!(verb("%s"), None);
        assert_eq!(verb("settings"), None);
    }

    #[test]
    fn stars_of_tables_are_seen() {
        assert!(selects_star("SELECT * FROM t WHERE a = %s"));
        assert!(selects_star("select t.* from t join u on t.id = u.id where u.x = %(x)s"));
        assert!(!selects_star("SELECT count(*) FROM t"));
        assert!(!selects_star("SELECT a, b * 2 FROM t"));
        assert!(!selects_star("SELECT * FROM (SELECT a FROM t) s"));
        assert!(!selects_star("choose * from the menu"));
    }
}
