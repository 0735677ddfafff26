//! Rules: pages turned into data that evaluation checks, and the choice of those that run.
//!
//! `page.rs` takes pages apart, `condition.rs` is the vocabulary, `builtin.rs` the pages in the binary. The engine
//! names no rule.

pub mod builtin;
pub mod condition;
pub mod fix;
pub mod message;
pub mod page;
pub mod pattern;
pub mod policy;
pub mod selection;

use serde::Deserialize;

use crate::diagnostic::{Confidence, Set, Severity};
use crate::version::Gate;
use condition::{Conditions, SubjectText};
use message::Template;
use page::Page;

/// A rule, ready to be checked.
#[derive(Clone, Debug)]
pub struct Rule {
    /// The name of its page.
    pub name: String,
    /// The folder of its page.
    pub family: String,
    /// What it finds, in one line.
    pub summary: String,
    /// How a finding counts.
    pub severity: Severity,
    /// Which set it belongs to.
    pub set: Set,
    /// Findings that are less sure than this are not reported.
    pub least_confidence: Confidence,
    /// Names of the languages that it is for.
    pub languages: Vec<String>,
    /// What it looks for.
    pub subject: SubjectText,
    /// What must hold.
    pub conditions: Conditions,
    /// What must not hold.
    pub exceptions: Conditions,
    /// A finding of which one of these holds belongs to the set `likely`, whatever set the rule is in.
    pub only_likely: Conditions,
    /// What it says.
    pub message: Message,
    /// How its findings are mended, the first that fits.
    pub fixes: Vec<fix::Recipe>,
    /// Cost class of its findings, for the order of the report.
    pub weight: f64,
}

/// What a rule says.
#[derive(Clone, Debug)]
pub struct Message {
    /// The fact, when the effect is reached through a callee.
    pub text: Template,
    /// The fact, when the call itself has the effect.
    pub direct: Template,
    /// The words at the place itself.
    pub label: Template,
    /// The words at the cause.
    pub cause: Template,
    /// What to do.
    pub help: Template,
    /// What to do instead, where that holds; the first that does.
    pub instead: Vec<Instead>,
    /// Which place is shown first.
    pub place: Place,
}

/// A help for some projects.
#[derive(Clone, Debug)]
pub struct Instead {
    /// The language that it is for; empty: all.
    pub language: String,
    /// The versions that it is for.
    pub gate: Gate,
    /// What must hold of the finding.
    pub conditions: Option<Conditions>,
    /// The fact, where it has other words.
    pub text: Option<Template>,
    /// The words at the place itself, where they are others.
    pub label: Option<Template>,
    /// What to do.
    pub help: Template,
}

/// The place that a finding is shown at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// The call site itself.
    #[default]
    Call,
    /// Where its receiver was made.
    Receiver,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct RuleText {
    summary: String,
    #[serde(default)]
    level: Level,
    #[serde(default)]
    set: Set,
    #[serde(default)]
    confidence: Sureness,
    languages: Vec<String>,
    /// Cost class, `semantics.md` §4: 100 a query or request, 30 file I/O and blocking, 10 building things that are
    /// meant to be reused, 5 linear work, 1 allocation.
    weight: f64,
    subject: SubjectText,
    #[serde(default, rename = "where")]
    conditions: Conditions,
    #[serde(default)]
    unless: Conditions,
    likely: Option<Conditions>,
    message: MessageText,
    #[serde(default)]
    fix: Vec<fix::RecipeText>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Level {
    Allow,
    #[default]
    Warn,
    Deny,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Sureness {
    #[default]
    High,
    Medium,
    Low,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct MessageText {
    text: String,
    direct: Option<String>,
    #[serde(default)]
    label: String,
    #[serde(default)]
    cause: String,
    help: String,
    #[serde(default)]
    instead: Vec<InsteadText>,
    #[serde(default)]
    place: Place,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct InsteadText {
    #[serde(default)]
    language: String,
    #[serde(default)]
    since: String,
    #[serde(default)]
    until: String,
    when: Option<Conditions>,
    text: Option<String>,
    label: Option<String>,
    help: String,
}

impl InsteadText {
    fn read(self) -> Result<Instead, String> {
        if [&self.language, &self.since, &self.until].iter().all(|text| text.is_empty())
            && self.when.is_none()
            && !self.help.contains('{')
        {
            return Err("[[message.instead]] has `language`, `since`, `until` or `when`, or a help with fields: what it holds for".into());
        }
        if !self.language.is_empty() && !crate::lang::is_known(&self.language) {
            return Err(format!("`{}` is not a language of laggard", self.language));
        }
        let (gate, help) = (Gate::parse(&self.since, &self.until)?, Template::parse(&self.help)?);
        let label = self.label.as_deref().map(Template::parse).transpose()?;
        let text = self.text.as_deref().map(Template::parse).transpose()?;
        Ok(Instead { language: self.language, gate, conditions: self.when, text, label, help })
    }
}

/// A rule that cannot be used: where, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}:{line}: {message}")]
pub struct RuleError {
    /// The page.
    pub path: String,
    /// 1-based line.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

impl Rule {
    /// Reads a rule from its page. `path` is named in errors.
    pub fn from_page(family: &str, name: &str, text: &str, path: &str) -> Result<Rule, RuleError> {
        let error = |line, message| RuleError { path: path.to_owned(), line, message };
        let page = page::parse(text).map_err(|bad| error(bad.line, bad.message))?;
        let data: RuleText = toml::from_str(page.data).map_err(|bad| {
            let before =
                bad.span().map_or(0, |span| page.data[..span.start.min(page.data.len())].matches('\n').count());
            error(page.data_line + before, bad.message().to_owned())
        })?;
        data.rule(family, name, &page).map_err(|message| error(page.data_line, message))
    }
}

impl RuleText {
    fn rule(self, family: &str, name: &str, page: &Page) -> Result<Rule, String> {
        let subject = &self.subject;
        let subjects = [
            subject.call.is_some(),
            subject.hold.is_some(),
            subject.function.is_some(),
            subject.sql.is_some(),
            subject.relation.is_some(),
            subject.table.is_some(),
        ];
        if subjects.iter().filter(|given| **given).count() != 1 {
            return Err("[subject] names exactly one of `call`, `hold`, `function`, `sql`, `relation`, `table`".into());
        }
        for language in &self.languages {
            if !crate::lang::is_known(language) {
                return Err(format!("`{language}` is not a language of laggard"));
            }
        }
        if page.title.is_empty() {
            return Err("the page has no heading (`# …`)".into());
        }
        if self.likely.is_some() && self.set == Set::Likely {
            return Err("[likely] moves findings to the set `likely`, and those of this rule are in it".into());
        }
        let message = self.message;
        if subject.call.is_none() && message.instead.iter().any(|instead| instead.when.is_some()) {
            return Err("[[message.instead]] has `when` in rules about calls only".into());
        }
        if subject.call.is_none() && self.fix.iter().any(fix::RecipeText::is_conditional) {
            return Err("[[fix]] has `when` and `unless` in rules about calls only".into());
        }
        let text = Template::parse(&message.text)?;
        let fixes = self.fix.into_iter().map(|fix| fix.recipe(&self.languages)).collect::<Result<_, _>>()?;
        Ok(Rule {
            fixes,
            name: name.to_owned(),
            family: family.to_owned(),
            summary: self.summary,
            severity: match self.level {
                Level::Allow => Severity::Info,
                Level::Warn => Severity::Warning,
                Level::Deny => Severity::Error,
            },
            set: self.set,
            least_confidence: match self.confidence {
                Sureness::High => Confidence::High,
                Sureness::Medium => Confidence::Medium,
                Sureness::Low => Confidence::Low,
            },
            languages: self.languages,
            subject: self.subject,
            conditions: self.conditions,
            exceptions: self.unless,
            only_likely: self.likely.unwrap_or_default(),
            message: Message {
                direct: message.direct.map_or(Ok(text.clone()), |direct| Template::parse(&direct))?,
                text,
                label: Template::parse(&message.label)?,
                cause: Template::parse(&message.cause)?,
                help: Template::parse(&message.help)?,
                instead: message.instead.into_iter().map(InsteadText::read).collect::<Result<_, _>>()?,
                place: message.place,
            },
            weight: self.weight,
        })
    }
}

/// The rules that run.
#[derive(Clone, Debug, Default)]
pub struct RuleSet {
    /// In the order of family and name.
    pub rules: Vec<Rule>,
}

impl RuleSet {
    /// The built-in rules that are wanted.
    pub fn of(wanted: impl Fn(&str) -> bool) -> RuleSet {
        let rules = builtin::rules().iter().filter(|rule| wanted(&rule.name)).cloned().collect();
        RuleSet { rules }
    }
}

/// What `laggard rules` and `laggard explain` show of a rule.
#[derive(Clone, Debug)]
pub struct RuleInfo {
    /// Its name.
    pub name: String,
    /// Its family.
    pub family: String,
    /// Its set.
    pub set: String,
    /// How its findings count.
    pub level: String,
    /// Its languages.
    pub languages: Vec<String>,
    /// What it finds.
    pub summary: String,
    /// Its cost class; see [`Rule::weight`].
    pub weight: f64,
    /// Its page.
    pub page: &'static str,
}

impl RuleInfo {
    /// What its page says before the examples, without the heading.
    pub fn prose(&self) -> &'static str {
        let prose = page::parse(self.page).map_or("", |page| page.prose);
        let after_heading =
            prose.strip_prefix("# ").and_then(|prose| prose.split_once('\n')).map_or(prose, |rest| rest.1);
        after_heading.split("\n## ").next().unwrap_or("").trim()
    }
}

/// All built-in rules, for listing.
pub fn all_infos() -> Vec<RuleInfo> {
    builtin::rules()
        .iter()
        .zip(builtin::PAGES)
        .map(|(rule, (_, _, page))| RuleInfo {
            name: rule.name.clone(),
            family: rule.family.clone(),
            set: rule.set.word().to_owned(),
            level: match rule.severity {
                Severity::Info => "allow",
                Severity::Warning => "warn",
                Severity::Error => "deny",
            }
            .to_owned(),
            languages: rule.languages.clone(),
            summary: rule.summary.clone(),
            weight: rule.weight,
            page,
        })
        .collect()
}
