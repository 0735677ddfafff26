//! SQL in files and strings: what a statement looks rows up by, what is wrong with it, and what it defines.
//!
//! `text.rs` makes what host languages write something that can be parsed, `query.rs` reads statements that work on
//! rows, `definition.rs` those that make tables and indexes, `schema.rs` puts definitions together. It knows the
//! language and no database; what does not parse has no facts, so nothing is claimed of it.

mod definition;
mod query;
pub mod schema;
mod text;

use serde::{Deserialize, Serialize};
use sqlparser::ast::Statement as Parsed;
use sqlparser::dialect::{Dialect, GenericDialect, MySqlDialect, PostgreSqlDialect, SQLiteDialect};
use sqlparser::parser::Parser;

pub use definition::{Column, ColumnKind, Database, Definition, Index};
pub use query::{Flaw, FlawKind, Lookup, Term, TermKind};
pub use text::{as_written, comments, statements, takes_list};

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

/// What is known of the statements of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// What is wrong with it, as far as the text tells.
    pub flaws: Vec<Flaw>,
    /// The tables in which it looks rows up.
    pub lookups: Vec<Lookup>,
    /// What it says of the schema, in order.
    pub definitions: Vec<Definition>,
}

/// What the first statement of a text is about, by its first word. `None`: the text is no SQL, or begins with a
/// placeholder.
pub fn verb(text: &str) -> Option<Verb> {
    let text = text::without_leading_comments(text).trim_start_matches(|c: char| c.is_whitespace() || c == '(');
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

/// Names of members that send a statement, without underscores.
const SENDS: &[&str] = &[
    "exec", "execute", "query", "queryall", "queryone", "queryrow", "run", "all", "get", "fetch", "fetchall",
    "fetchone", "fetchrow",
];

/// Does a member of this name send a statement, whatever object has it?
pub fn sends(member: &str) -> bool {
    let letters = || member.bytes().filter(|letter| *letter != b'_').map(|letter| letter.to_ascii_lowercase());
    // Most begin with another letter.
    let first = letters().next();
    SENDS.iter().any(|own| own.bytes().next() == first && own.bytes().eq(letters()))
}

/// Is a text a statement that reads or changes rows, by more than its first word?
pub fn is_about_rows(text: &str) -> bool {
    // `select` and `delete` begin other sentences as well.
    let words: &[&str] = match verb(text) {
        Some(Verb::Read) => &["from"],
        Some(Verb::Write) => &["into", "set", "from"],
        Some(Verb::Other) | None => return false,
    };
    let mut own = text.split(|c: char| !c.is_ascii_alphabetic());
    own.any(|own| words.iter().any(|word| word.eq_ignore_ascii_case(own)))
}

fn contains_word(text: &str, word: &str) -> bool {
    text.to_ascii_lowercase().contains(word)
}

/// First words of statements that have facts, and for each the words of which one has to follow.
const FORMS: &[(&str, &[&str])] = &[
    ("select", &["from"]),
    ("with", &["from"]),
    ("update", &["set"]),
    ("delete", &["from"]),
    ("insert", &["select"]),
    ("create", &["table", "index"]),
    ("alter", &["table"]),
    ("drop", &["table", "index"]),
    ("rename", &["table"]),
];

/// No statement of these forms is shorter.
const SHORTEST: usize = "with from".len();

/// Those of which are about tables only whose first words say so.
const DEFINES: &[&str] = &["create", "alter", "drop", "rename"];

/// What may become of a table: one of these is said of it. Whatever else happens to it leaves its columns and indexes.
const CHANGES: &[&str] = &[
    "add",
    "drop column",
    "drop index",
    "drop constraint",
    "drop primary",
    "drop key",
    "rename",
    "change",
    "modify",
    "alter column",
    "drop ",
];

/// Longer statements are data, or written by a program: reading one would cost more than it tells.
const LONGEST: usize = 64 * 1024;

/// Longer ones may nest more deeply than any stack allows for: a chain of conditions is a tree as deep as it is long.
const SHALLOW: usize = 2 * 1024;
/// Room for what works on the tree of a text, in bytes per byte of the text.
const STACK_PER_BYTE: usize = 1024;

/// Works on the trees of a text with a stack that is large enough for them.
fn with_room<R>(text: &str, work: impl FnOnce() -> R) -> R {
    match text.len() {
        length if length > SHALLOW => stacker::grow(length * STACK_PER_BYTE, work),
        _ => work(),
    }
}

/// What is known of the statements in a text, unless it is plainly something else than SQL. Sentences that begin like a
/// statement seldom parse, and those that do name no tables.
pub fn read(text: &str) -> Option<Statement> {
    if text.len() < SHORTEST {
        return None;
    }
    // `BEGIN; CREATE TABLE …`
    let is_several = || memchr::memchr(b';', text.as_bytes()).is_some() && verb(text).is_some();
    if !may_have_facts(text) && !is_several() {
        return None;
    }
    let mut found = Statement::default();
    for part in statements(text).into_iter().map(|range| &text[range]) {
        if part.len() <= LONGEST && may_have_facts(part) {
            with_room(part, || add(part, &mut found));
        }
    }
    (found != Statement::default()).then_some(found)
}

/// Adds what is known of one statement.
fn add(text: &str, found: &mut Statement) {
    match parsed(text) {
        Some(statements) => statements.iter().for_each(|statement| {
            query::read(statement, found);
            definition::read(statement, text, &mut found.definitions);
        }),
        None => found.definitions.extend(definition::of_unread(text)),
    }
}

/// Can the statements of a text be read? One that has no facts is as good as read.
pub fn is_understood(text: &str) -> bool {
    text.len() > LONGEST || !may_have_facts(text) || with_room(text, || parsed(text).is_some())
}

/// Does a text begin as a statement that has facts does, behind comments? Costs next to nothing for other texts.
pub fn may_have_facts(text: &str) -> bool {
    let text = text::without_leading_comments(text).trim_start_matches('(').trim_start();
    let length = text.bytes().take_while(u8::is_ascii_alphabetic).count();
    let form = FORMS.iter().find(|(first, _)| text[..length].eq_ignore_ascii_case(first));
    // A word alone is a word.
    form.filter(|_| text[length..].starts_with(char::is_whitespace)).is_some_and(|(first, words)| {
        if *first == "alter" && !CHANGES.iter().any(|word| contains_word(text, word)) {
            return false;
        }
        match DEFINES.contains(first) {
            // What is defined is among the first words: `CREATE UNIQUE INDEX`.
            true => text.split_whitespace().take(4).any(|own| words.iter().any(|word| own.eq_ignore_ascii_case(word))),
            false => words.iter().any(|word| contains_word(text, word)),
        }
    })
}

/// The statements of a text; `None` when no dialect knows what it means.
fn parsed(text: &str) -> Option<Vec<Parsed>> {
    let dialects: [&dyn Dialect; 4] = [&GenericDialect {}, &PostgreSqlDialect {}, &MySqlDialect {}, &SQLiteDialect {}];
    text::readings(text)
        .iter()
        .flat_map(|reading| dialects.iter().map(move |dialect| Parser::parse_sql(*dialect, reading)))
        .find_map(Result::ok)
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
    fn sentences_are_no_statements() {
        for text in [
            "update",
            "Select the thing you want from the list",
            "choose * from the menu",
            "delete everything from here on",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn all_statements_of_a_text_count() {
        let text = "-- first\nBEGIN;\nCREATE TABLE t (a int);\nCREATE INDEX i ON t (a);\nCOMMIT;";
        assert_eq!(read(text).map(|found| found.definitions.len()), Some(2));
    }

    #[test]
    fn long_conditions_do_no_harm() {
        let text = format!("SELECT a FROM t WHERE b = $1{}", " OR c LIKE 'x'".repeat(4000));
        assert_eq!(read(&text).map(|statement| statement.lookups.len()), Some(1));
    }

    #[test]
    fn a_broken_statement_costs_itself_only() {
        let text = "SELECT a FROM t WHERE (;\nSELECT b FROM t WHERE c = ';' AND d = 1;";
        let lookups = read(text).expect("the second one").lookups;
        assert_eq!(lookups.iter().map(|own| &*own.table).collect::<Vec<_>>(), ["t"]);
    }
}
