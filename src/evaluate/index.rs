//! From a fact to the few rules that can concern it.

use crate::effect::EffectSet;
use crate::link::summarize::CallEffect;
use crate::rule::condition::Reach;
use crate::rule::{Rule, RuleSet};

/// The rules of one language, by what they look for.
pub struct Index<'r> {
    calls: Vec<(EffectSet, &'r Rule)>,
    all_effects: u64,
    /// Rules for held values.
    pub holds: Vec<&'r Rule>,
    /// Rules for decorated functions.
    pub functions: Vec<&'r Rule>,
    /// Rules for SQL statements.
    pub sql: Vec<&'r Rule>,
    /// Rules for relations that are read.
    pub relations: Vec<&'r Rule>,
    /// Rules for tables.
    pub tables: Vec<&'r Rule>,
}

impl<'r> Index<'r> {
    /// The rules of a language.
    pub fn new(rules: &'r RuleSet, language: &str) -> Index<'r> {
        let mut index = Index {
            calls: Vec::new(),
            all_effects: 0,
            holds: Vec::new(),
            functions: Vec::new(),
            sql: Vec::new(),
            relations: Vec::new(),
            tables: Vec::new(),
        };
        for rule in rules.rules.iter().filter(|rule| rule.languages.iter().any(|own| own == language)) {
            if let Some(call) = &rule.subject.call {
                let effects = call.effect.set();
                index.all_effects |= effects.0;
                index.calls.push((effects, rule));
            }
            index.holds.extend(rule.subject.hold.is_some().then_some(rule));
            index.functions.extend(rule.subject.function.is_some().then_some(rule));
            index.sql.extend(rule.subject.sql.is_some().then_some(rule));
            index.relations.extend(rule.subject.relation.is_some().then_some(rule));
            index.tables.extend(rule.subject.table.is_some().then_some(rule));
        }
        index
    }

    /// Has it no rules?
    pub fn is_empty(&self) -> bool {
        let others = [&self.holds, &self.functions, &self.sql, &self.relations, &self.tables];
        self.calls.is_empty() && others.iter().all(|rules| rules.is_empty())
    }

    /// The rules that look for one of these effects.
    pub fn calls_with(&self, effects: u64) -> impl Iterator<Item = &'r Rule> + '_ {
        let relevant = effects & self.all_effects != 0;
        self.calls.iter().filter(move |(wanted, _)| relevant && wanted.0 & effects != 0).map(|(_, rule)| *rule)
    }
}

/// Does the rule look for this effect, as far away as it is?
pub fn wants(rule: &Rule, effect: &CallEffect) -> bool {
    rule.subject.call.as_ref().is_some_and(|subject| {
        subject.effect.set().has(effect.reached.effect) && (subject.reach == Reach::Any || effect.reached.via.is_none())
    })
}
