//! What a rule page says of fixes: under which conditions which code becomes which.
//!
//! A fix is data. Its patterns are found and written by `fix`; its conditions are those of rules, and are checked with
//! the finding.

use serde::Deserialize;

use super::condition::Conditions;
use super::pattern::Pattern;
use crate::diagnostic::Grade;
use crate::version::Gate;

/// Words that a finding knows and a fix may write.
pub const WORDS: &[(&str, &str)] = &[
    ("call", "the call or operation itself"),
    ("making", "the statement that makes the value that the call works on"),
    ("replacement", "what to write instead of a value that need not be made"),
    ("loader", "what loads the relation with the rows"),
    ("key", "the column of the row that has all that is read of the relation"),
];

/// A fix of a rule, ready to be tried.
#[derive(Clone, Debug)]
pub struct Recipe {
    /// The language that it is for; empty for all of the rule.
    pub language: String,
    /// What must hold of the finding.
    pub conditions: Conditions,
    /// What must not hold.
    pub exceptions: Conditions,
    /// The versions that it is for.
    pub gate: Option<Gate>,
    /// How far it may be trusted.
    pub grade: Grade,
    /// What may change.
    pub reason: String,
    /// Imports that the new code needs, as the language writes them.
    pub imports: Vec<String>,
    /// Names of its own that the new code declares, each with what it is made of. One in capitals is written in capitals.
    pub new: Vec<(String, Pattern)>,
    /// Words that must not occur in the code of a hole: the hole, and the hole whose first word it is, or the word.
    pub apart: Vec<(String, String)>,
    /// What the code of a hole may be, where not anything will do.
    pub only: Vec<(String, Vec<String>)>,
    /// Holes whose text stands in the loop only once.
    pub once: Vec<String>,
    /// Holes with a name that gets its value in the loop there and nowhere else, and is not used before.
    pub declared: Vec<String>,
    /// Holes with a name that the new code binds itself.
    pub rebound: Vec<String>,
    /// What changes.
    pub edits: Vec<EditRecipe>,
}

/// A change of a fix.
#[derive(Clone, Debug)]
pub struct EditRecipe {
    /// Where it is looked for.
    pub at: Anchor,
    /// What it does.
    pub action: Action,
}

/// Where a change is looked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Anchor {
    /// The call, or what is around it in the same statement; the smallest that fits.
    #[default]
    Call,
    /// The loop that counts.
    Loop,
    /// The outermost of the loops around the call in which the receiver is what it is in that loop.
    Outermost,
    /// The code that makes the value that the call works on, or what is around it in the same statement.
    Made,
    /// The statement around the call.
    Statement,
    /// The function around the call, behind its decorators.
    Function,
    /// Every other place where the variable that the call works on is used; where the code does not fit, it stays.
    Uses,
    /// The literal text that the call is given; the pattern is a part of that text, and has no holes.
    Text,
}

/// What a change does.
#[derive(Clone, Debug)]
pub enum Action {
    /// Code that fits stays as it is: its holes are for the other changes.
    Find(Pattern),
    /// Code that fits becomes other code.
    Replace(Pattern, Pattern),
    /// Lines before the statement around the anchor.
    Before(Pattern),
    /// Lines behind it.
    After(Pattern),
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct RecipeText {
    #[serde(default)]
    language: String,
    when: Option<Conditions>,
    unless: Option<Conditions>,
    #[serde(default)]
    since: String,
    #[serde(default)]
    until: String,
    grade: Grade,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    imports: Vec<String>,
    #[serde(default)]
    new: std::collections::BTreeMap<String, String>,
    #[serde(default)]
    apart: Vec<(String, String)>,
    #[serde(default)]
    only: std::collections::BTreeMap<String, Vec<String>>,
    #[serde(default)]
    once: Vec<String>,
    #[serde(default)]
    declared: Vec<String>,
    #[serde(default)]
    rebound: Vec<String>,
    edit: Vec<EditText>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct EditText {
    #[serde(default)]
    at: Anchor,
    find: Option<String>,
    replace: Option<String>,
    with: Option<String>,
    before: Option<String>,
    after: Option<String>,
}

impl RecipeText {
    /// Does it ask for conditions?
    pub(super) fn is_conditional(&self) -> bool {
        self.when.is_some() || self.unless.is_some()
    }

    /// Reads a fix of a rule for these languages.
    pub(super) fn recipe(self, languages: &[String]) -> Result<Recipe, String> {
        if !self.language.is_empty() && !languages.contains(&self.language) {
            return Err(format!("[[fix]] is for `{}`, which is no language of the rule", self.language));
        }
        if (self.grade == Grade::Safe) != self.reason.is_empty() {
            return Err("[[fix]] has a `reason`, what may change, unless it is safe".into());
        }
        let gate = match self.since.is_empty() && self.until.is_empty() {
            true => None,
            false => Some(Gate::parse(&self.since, &self.until)?),
        };
        let new = self.new.into_iter().map(|(name, made_of)| Ok((name, Pattern::parse(&made_of)?)));
        let recipe = Recipe {
            language: self.language,
            conditions: self.when.unwrap_or_default(),
            exceptions: self.unless.unwrap_or_default(),
            gate,
            grade: self.grade,
            reason: self.reason,
            imports: self.imports,
            new: new.collect::<Result<_, String>>()?,
            apart: self.apart,
            only: self.only.into_iter().collect(),
            once: self.once,
            declared: self.declared,
            rebound: self.rebound,
            edits: self.edit.into_iter().map(EditText::read).collect::<Result<_, _>>()?,
        };
        recipe.check()?;
        Ok(recipe)
    }
}

impl Recipe {
    /// Is it for this language?
    pub fn is_for(&self, language: &str) -> bool {
        self.language.is_empty() || self.language == language
    }

    /// Which of the words that a finding may know does it write?
    pub fn words(&self) -> impl Iterator<Item = &str> {
        let written = self.edits.iter().filter_map(|edit| match &edit.action {
            Action::Replace(_, to) | Action::Before(to) | Action::After(to) => Some(to),
            Action::Find(_) => None,
        });
        written.flat_map(Pattern::names).filter(|name| WORDS.iter().any(|(word, _)| word == name))
    }

    /// Is all that it writes found somewhere?
    fn check(&self) -> Result<(), String> {
        let is_plain = |edit: &EditRecipe| match &edit.action {
            Action::Replace(from, to) => from.names().chain(to.names()).next().is_none(),
            _ => false,
        };
        if self.edits.iter().any(|edit| edit.at == Anchor::Text && !is_plain(edit)) {
            return Err("[[fix]] replaces a part of a text by another, without holes".into());
        }
        let replaced = self.edits.iter().filter_map(|edit| edit.action.found());
        let mut known: Vec<&str> = replaced.flat_map(Pattern::names).collect();
        known.extend(WORDS.iter().map(|(word, _)| *word));
        let mut written: Vec<&str> = self.new.iter().flat_map(|(_, made_of)| made_of.names()).collect();
        written.extend(self.apart.iter().map(|(hole, _)| hole.as_str()));
        written.extend(self.only.iter().map(|(hole, _)| hole.as_str()));
        written.extend(self.once.iter().chain(&self.declared).chain(&self.rebound).map(String::as_str));
        let new = self.new.iter().map(|(name, _)| name.as_str());
        for edit in &self.edits {
            let (Action::Replace(_, to) | Action::Before(to) | Action::After(to)) = &edit.action else { continue };
            written.extend(to.names().filter(|name| !new.clone().any(|new| new == *name)));
        }
        match written.into_iter().find(|name| !known.contains(name)) {
            Some(name) => Err(format!("[[fix]] writes `${name}`, which it does not find")),
            None => Ok(()),
        }
    }
}

impl Action {
    /// The code that has to be there.
    pub fn found(&self) -> Option<&Pattern> {
        match self {
            Action::Find(code) | Action::Replace(code, _) => Some(code),
            Action::Before(_) | Action::After(_) => None,
        }
    }
}

impl EditText {
    fn read(self) -> Result<EditRecipe, String> {
        let action = match (self.find, self.replace, self.with, self.before, self.after) {
            (Some(code), None, None, None, None) => Action::Find(Pattern::parse(&code)?),
            (None, Some(from), Some(to), None, None) => Action::Replace(Pattern::parse(&from)?, Pattern::parse(&to)?),
            (None, None, None, Some(lines), None) => Action::Before(Pattern::parse(&lines)?),
            (None, None, None, None, Some(lines)) => Action::After(Pattern::parse(&lines)?),
            _ => return Err("an edit of a fix has `find`, or `replace` and `with`, or `before`, or `after`".into()),
        };
        Ok(EditRecipe { at: self.at, action })
    }
}
