//! Diagnostics: what is reported, with its labels, its path and its fix. Knows nothing of output formats.

use serde::{Deserialize, Serialize};

use crate::source::{FileId, Span};

/// How a finding counts for the exit code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Shown, does not fail the run.
    Info,
    /// The default.
    #[default]
    Warning,
    /// Set by `level = "deny"`.
    Error,
}

/// The sets that rules and findings are sorted into.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Set {
    /// On unless switched off.
    #[default]
    Default,
    /// Right most of the time, worth it often.
    Likely,
    /// Only when asked for.
    Pedantic,
}

impl Set {
    /// The word on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Set::Default => "default",
            Set::Likely => "likely",
            Set::Pedantic => "pedantic",
        }
    }
}

/// How sure a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// Two heuristic steps.
    Low,
    /// One heuristic step: a naming convention, a unique member name, a trait in scope.
    Medium,
    /// Types are exact and the dependence is proven.
    High,
}

/// A place with a few words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    /// Its file.
    pub file: FileId,
    /// Its bytes.
    pub span: Span,
    /// What it is; may be empty.
    pub message: String,
}

/// How far a fix may be trusted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Grade {
    /// The program behaves as before: facts prove it.
    #[default]
    Safe,
    /// Its behaviour may change, in a way that the reason names.
    Unsafe,
    /// Shown, and never applied.
    Display,
}

/// Some bytes of a file, and the text that takes their place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Edit {
    /// The bytes; none for an insertion.
    pub span: Span,
    /// Does it bring something into scope? What two fixes bring in may stand at the same place, and the same is written
    /// once.
    pub introduces: Option<Introduced>,
    /// What stands there instead.
    pub text: String,
}

/// What an edit brings into scope. Imports come before what may use them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Introduced {
    /// Something imported.
    Import,
    /// A variable of this name.
    Variable(String),
}

/// What mends a finding: edits of one file that belong together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fix {
    /// Which of the fixes of its rule it is.
    pub recipe: usize,
    /// How far it may be trusted.
    pub grade: Grade,
    /// What may change; empty for a safe fix.
    pub reason: String,
    /// The file.
    pub file: FileId,
    /// In the order of their places; they do not overlap.
    pub edits: Vec<Edit>,
    /// Would comments have been lost, had they not been moved? Then it is never safe.
    pub moves_comments: bool,
}

/// A fix that the facts allow, before anybody has looked at the text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// Which of the fixes of its rule it is.
    pub recipe: usize,
    /// The call or operation.
    pub call: Span,
    /// The loop that counts.
    pub around: Option<Span>,
    /// The outermost loop in which the receiver stays the same, as far as it does in the one that counts.
    pub outermost: Option<Span>,
    /// The code that makes the value that the call works on.
    pub made: Option<Span>,
    /// Where else the variable that the call works on is used.
    pub uses: Vec<Span>,
    /// Words that the finding knows and a fix may write: a name and its text.
    pub words: Vec<(String, String)>,
}

/// A finding.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// The rule's name.
    pub rule: String,
    /// The rule's family.
    pub family: String,
    /// How it counts.
    pub severity: Severity,
    /// How sure it is.
    pub confidence: Confidence,
    /// The set that it belongs to: that of its rule, or `likely` where the rule says so.
    pub set: Set,
    /// Estimated weight; larger is worse. Only its order means something.
    pub rank: f64,
    /// The first sentence: a fact, with names from the user's code.
    pub message: String,
    /// What to do; may be empty.
    pub help: String,
    /// Where it is: the label that the finding is placed by.
    pub primary: Label,
    /// Other places in the same or other files that explain it (the loop, the lock).
    pub secondary: Vec<Label>,
    /// The path from the primary place to the cause, step by step; each in its own file.
    pub trace: Vec<Label>,
    /// The loop or function in which it would be mended; empty when that is just its own place.
    pub within: (FileId, Span),
    /// The value that would be changed, where the message is about one: another value of the same loop is another change.
    pub about: String,
    /// The call that it is about, as the code names it; empty where it is about none.
    pub callee: String,
    /// The calls at the other places, as the code names them.
    pub kin: Vec<String>,
    /// Other places of the same rule that the same change would mend.
    pub also: Vec<Label>,
    /// Qualified name of the function that it is in; empty at module level.
    pub function: String,
    /// Its bytes; they tell apart functions of one name.
    pub function_span: Span,
    /// What costs, as the library names it; may be empty.
    pub cause: String,
    /// What identifies it across edits: no line numbers in it. Hexadecimal.
    pub fingerprint: String,
    /// The fixes that the facts allow, in the order in which they are tried. All are about the file of `primary`.
    pub proposals: Vec<Proposal>,
    /// The fix.
    pub fix: Option<Fix>,
}

/// Something that the run could not do; never a finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Notice {
    /// The file, relative to the project root; empty when it is about the run.
    pub path: String,
    /// 1-based line, or 0.
    pub line: u32,
    /// What kind.
    pub kind: NoticeKind,
    /// What happened.
    pub message: String,
}

/// Kinds of notices. Each file that is left out is counted under one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum NoticeKind {
    /// A part of the file could not be parsed and is left out; the rest is analysed.
    SyntaxError,
    /// The file could not be read.
    Unreadable,
    /// The file is not UTF-8.
    NotUtf8,
    /// The file is larger than the limit.
    TooLarge,
    /// The file is minified or generated.
    Generated,
    /// Nesting is deeper than the parser can take.
    TooDeep,
    /// laggard itself failed on the file.
    Crash,
    /// A suppression that suppresses nothing, or is not well-formed.
    Suppression,
    /// A setting that has no effect.
    Setting,
    /// Nothing could be kept for the next run.
    Cache,
}

impl NoticeKind {
    /// Was something not analysed that should have been?
    pub fn is_incomplete(self) -> bool {
        match self {
            NoticeKind::SyntaxError
            | NoticeKind::Unreadable
            | NoticeKind::NotUtf8
            | NoticeKind::TooLarge
            | NoticeKind::TooDeep
            | NoticeKind::Crash => true,
            NoticeKind::Generated | NoticeKind::Suppression | NoticeKind::Setting | NoticeKind::Cache => false,
        }
    }
}
