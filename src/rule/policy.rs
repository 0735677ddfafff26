//! Which rules run on which files, and how their findings count there. Knows no file but by its layers of settings.

use std::collections::BTreeMap;
use std::path::Path;

use super::RuleInfo;
use super::selection::{self, Decision};
use crate::config::find::Stack;
use crate::config::layer::Choice;
use crate::config::{Config, SetupError};
use crate::diagnostic::{Diagnostic, Set};
use crate::source::FileId;

/// What is decided for every file and rule. Files for which the same was said share it.
#[derive(Debug, Default)]
pub struct Policy {
    rules: BTreeMap<String, usize>,
    /// By rule: of its findings that belong to its own set, and of those that belong to the set `likely`.
    decisions: Vec<Vec<[Decision; 2]>>,
    /// By file: an index into `decisions`.
    of_file: Vec<usize>,
}

impl Policy {
    /// Decides for files, given with their layers in the order of their ids.
    pub fn new<'f>(
        rules: &[RuleInfo],
        files: impl IntoIterator<Item = (&'f Path, &'f Stack)>,
        config: &Config,
    ) -> Policy {
        let command_line = config.choices();
        let mut known: BTreeMap<Vec<*const Choice>, usize> = BTreeMap::new();
        let rule_numbers = rules.iter().enumerate().map(|(at, rule)| (rule.name.clone(), at)).collect();
        let mut policy = Policy { rules: rule_numbers, ..Policy::default() };
        for (path, stack) in files {
            let choices = choices(path, stack, &command_line);
            // The layers outlive this loop, so their addresses tell them apart.
            let key: Vec<*const Choice> = choices.iter().map(|choice| std::ptr::from_ref(*choice)).collect();
            let decisions = &mut policy.decisions;
            let at = *known.entry(key).or_insert_with(|| {
                let of_sets = |rule: &RuleInfo| {
                    [&rule.set, Set::Likely.word()].map(|set| selection::decide_as(rule, set, choices.iter().copied()))
                };
                decisions.push(rules.iter().map(of_sets).collect());
                decisions.len() - 1
            });
            policy.of_file.push(at);
        }
        policy
    }

    /// Does the rule run on any file?
    pub fn runs(&self, rule: &str) -> bool {
        let Some(at) = self.rules.get(rule) else { return false };
        self.decisions.iter().flat_map(|decisions| &decisions[*at]).any(|decision| decision.on)
    }

    /// Does the rule run on the file?
    pub fn runs_on(&self, file: FileId, rule: &str) -> bool {
        self.decisions_of(file, rule).is_some_and(|decisions| decisions.iter().any(|decision| decision.on))
    }

    /// The findings that are wanted, as severe as is wanted.
    pub fn applied(&self, found: Vec<Diagnostic>) -> Vec<Diagnostic> {
        let apply = |mut diagnostic: Diagnostic| {
            let [own, likely] = self.decisions_of(diagnostic.primary.file, &diagnostic.rule)?;
            let decision = if diagnostic.set == Set::Likely { likely } else { own };
            if !decision.on || decision.confidence.is_some_and(|least| diagnostic.confidence < least) {
                return None;
            }
            if let Some(level) = decision.level {
                diagnostic.severity = level.severity()?;
            }
            Some(diagnostic)
        };
        found.into_iter().filter_map(apply).collect()
    }

    fn decisions_of(&self, file: FileId, rule: &str) -> Option<&[Decision; 2]> {
        let decisions = &self.decisions[*self.of_file.get(file.0 as usize)?];
        decisions.get(*self.rules.get(rule)?)
    }
}

/// All that is said for a file, weaker first.
fn choices<'c>(path: &Path, stack: &'c Stack, command_line: &'c [Choice]) -> Vec<&'c Choice> {
    let layers = stack.layers.iter().flat_map(|layer| layer.choices_for(path));
    layers.chain(command_line).collect()
}

/// What is decided of each rule for one path.
pub fn decisions(rules: &[RuleInfo], path: &Path, stack: &Stack, config: &Config) -> Vec<Decision> {
    let command_line = config.choices();
    let choices = choices(path, stack, &command_line);
    rules.iter().map(|rule| selection::decide(rule, choices.iter().copied())).collect()
}

/// Are all names of these layers and of the command line known?
pub fn check_names<'s>(
    rules: &[RuleInfo],
    stacks: impl IntoIterator<Item = &'s Stack>,
    config: &Config,
) -> Result<(), SetupError> {
    for choice in config.choices() {
        choice.names().try_for_each(|name| selection::check_name(rules, &name.value))?;
    }
    for layer in stacks.into_iter().flat_map(|stack| &stack.layers) {
        let overrides = layer.overrides.iter().map(|one| &one.choice);
        for name in std::iter::once(&layer.choice).chain(overrides).flat_map(Choice::names) {
            selection::check_name(rules, &name.value).map_err(|error| SetupError {
                message: format!("{}: {}", layer.place(name.line), error.message),
                ..error
            })?;
        }
    }
    Ok(())
}
