//! Model tables: what library calls do and cost, as TOML files and as rows.
//!
//! One file per library, `rules/models/<language>/<library>.toml`. The build script compiles the built-in
//! files into static tables with the code of this very module; at run time it reads a project's own `models/`
//! folder. It knows the form of the tables and the vocabulary, and no library.
//!
//! ```toml
//! [calls]
//! "queue.Queue.get" = { kind = "method", effects = ["blocking", "locks"], cost = "wait", alternative = "asyncio.Queue", source = "cpython docs" }
//! "builtins.map" = { kind = "function", effects = ["pure"], lazy = "lazy", repeats = 0, source = "cpython docs" }
//!
//! [types."builtins.list"]
//! element = "T"                         # what iterating over it gives
//! supertypes = ["collections.abc.Sequence"]
//!
//! [aliases]
//! "_queue.SimpleQueue" = "queue.SimpleQueue"
//!
//! [factories]
//! "a.make_client" = "a.Client"
//! ```

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;

use crate::effect::{Effect, EffectSet};

/// A text that is either compiled in or read from a project's file.
pub type Text = Cow<'static, str>;

/// What one call, attribute or macro does and costs.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Qualified name (grammar: `rules/models/README.md`).
    pub path: Text,
    /// What it is.
    pub kind: RowKind,
    /// What it does; never empty.
    pub effects: EffectSet,
    /// Does it give an awaitable?
    pub color: Color,
    /// When does it do that?
    pub laziness: Laziness,
    /// The type of its value, of the awaited value when it is asynchronous: a type with placeholders
    /// (`Self`, `T`, `U` for the receiver and its type arguments, `self.model` and kin); empty when unknown.
    pub returns: Text,
    /// What to use instead; `;` separates choices. May be empty.
    pub alternative: Text,
    /// Cost of one call (`O(n)`, `1q`, `1rt`, `1sys`, `wait`). May be empty.
    pub cost: Text,
    /// When it does not hold. May be empty.
    pub notes: Text,
    /// Where the fact comes from.
    pub source: Text,
    /// The argument (counted from 0, receiver left out) that is a closure which runs once per element.
    pub repeats: Option<u8>,
}

/// Kinds of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RowKind {
    /// A free or static function.
    Function,
    /// Called on a value.
    Method,
    /// Makes a value of the type that the path names.
    Constructor,
    /// Read, not called.
    Attribute,
    /// A macro; its path ends in `!`.
    Macro,
}

/// Whether a call runs now or gives something to await.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Color {
    /// Runs to completion in the caller.
    #[default]
    Sync,
    /// Gives an awaitable.
    Async,
    /// Depends on the receiver.
    Either,
}

/// Whether a call does its work at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Laziness {
    /// Not a question.
    #[default]
    Unsaid,
    /// Only builds; nothing runs yet.
    Lazy,
    /// Runs now.
    Eager,
    /// Runs unless a cache, a prefetch or an identity map answers.
    Conditional,
}

/// What is known of a type beside its calls.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TypeRow {
    /// What iterating over a value of it gives: a type with placeholders, as in [`Row::returns`].
    #[serde(default)]
    pub element: Text,
    /// Types whose members it has, nearest first.
    #[serde(default)]
    pub supertypes: Vec<Text>,
    /// What it dereferences to; `T` is its type argument.
    #[serde(default)]
    pub derefs: Text,
    /// Copying it costs nothing (reference counts, plain numbers).
    #[serde(default)]
    pub cheap_clone: bool,
}

/// A model file as written.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ModelFile {
    /// Rows by path.
    #[serde(default)]
    calls: BTreeMap<String, RowText>,
    /// Types by qualified name.
    #[serde(default)]
    pub types: BTreeMap<String, TypeRow>,
    /// Other names of the same thing, as path or path prefix.
    #[serde(default)]
    pub aliases: BTreeMap<String, String>,
    /// Functions that make a value of a type.
    #[serde(default)]
    pub factories: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct RowText {
    kind: RowKind,
    effects: Vec<String>,
    #[serde(default)]
    color: Color,
    #[serde(default)]
    lazy: Laziness,
    #[serde(default)]
    returns: String,
    #[serde(default)]
    alternative: String,
    #[serde(default)]
    cost: String,
    #[serde(default)]
    notes: String,
    source: String,
    repeats: Option<u8>,
}

impl ModelFile {
    /// Reads a model file. The error names the line, or the path of the row that is wrong.
    pub fn parse(text: &str) -> Result<ModelFile, String> {
        let file: ModelFile = toml::from_str(text).map_err(|error| error.to_string())?;
        file.rows().map(|_| file)
    }

    /// The rows, sorted by path.
    pub fn rows(&self) -> Result<Vec<Row>, String> {
        self.calls.iter().map(|(path, text)| text.row(path)).collect()
    }
}

impl RowText {
    fn row(&self, path: &str) -> Result<Row, String> {
        let mut effects = EffectSet::EMPTY;
        for word in &self.effects {
            let effect = Effect::parse(word).ok_or_else(|| format!("`{path}`: `{word}` is not an effect"))?;
            effects = effects.union(EffectSet::of(&[effect]));
        }
        if effects.is_empty() {
            return Err(format!("`{path}`: no effects; a call that does nothing of note is `pure`"));
        }
        if effects.has(Effect::Pure) && effects != EffectSet::of(&[Effect::Pure]) {
            return Err(format!("`{path}`: `pure` stands alone"));
        }
        let text = |text: &String| Text::Owned(text.clone());
        Ok(Row {
            path: Text::Owned(path.to_owned()),
            kind: self.kind,
            effects,
            color: self.color,
            laziness: self.lazy,
            returns: text(&self.returns),
            alternative: text(&self.alternative),
            cost: text(&self.cost),
            notes: text(&self.notes),
            source: text(&self.source),
            repeats: self.repeats,
        })
    }
}
