//! What a name on the command line or in a configuration means: a rule, a family, a topic, a set, or all. Knows names
//! only.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::RuleInfo;
use crate::config::layer::{Choice, Level, RuleSetting};
use crate::config::{SetupError, nearest_name};
use crate::diagnostic::Confidence;

/// The sets that rules are sorted into. `all` is not one of them: it names every rule.
pub const SETS: &[&str] = &["default", "likely", "pedantic"];

const ALL: &str = "all";
/// The set that runs unless somebody says otherwise.
const DEFAULT: &str = "default";

/// Topics, and the families and rules of each.
pub static TOPICS: LazyLock<BTreeMap<String, Vec<String>>> =
    LazyLock::new(|| toml::from_str(include_str!("../../rules/topics.toml")).expect("the tests read it"));

/// What has been decided of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// It runs.
    pub on: bool,
    /// How its findings count, if somebody said so.
    pub level: Option<Level>,
    /// The least confidence of its findings, if somebody said so.
    pub confidence: Option<Confidence>,
}

/// What the choices make of a rule. See [`decide_as`].
pub fn decide<'c>(rule: &RuleInfo, choices: impl IntoIterator<Item = &'c Choice>) -> Decision {
    decide_as(rule, &rule.set, choices)
}

/// What the choices make of a rule's findings that belong to a set; later ones are stronger. Where one choice both selects and ignores a rule, the
/// narrower name decides (a rule before its family, then topic, set and `all`); between equals, `ignore` does. With no
/// choice, the set `default` runs.
pub fn decide_as<'c>(rule: &RuleInfo, set: &str, choices: impl IntoIterator<Item = &'c Choice>) -> Decision {
    let mut decision = Decision { on: set == DEFAULT, level: None, confidence: None };
    for choice in choices {
        let narrowest =
            |names: &mut dyn Iterator<Item = &str>| names.map(|name| narrowness(rule, set, name)).max().unwrap_or(0);
        let extended = narrowest(&mut choice.extend_select.iter().map(|name| name.value.as_str()));
        let mut selected = extended;
        if let Some(select) = &choice.select {
            selected = selected.max(narrowest(&mut select.iter().map(|name| name.value.as_str())));
            decision.on = selected > 0;
        }
        let ignored = narrowest(&mut choice.ignore.iter().map(|name| name.value.as_str()));
        decision.on = (decision.on || extended > 0) && (ignored == 0 || ignored < selected);
        decision.apply(narrowest_setting(rule, set, &choice.rules, |setting| setting.level.is_some()));
        decision.apply(narrowest_setting(rule, set, &choice.rules, |setting| setting.confidence.is_some()));
    }
    decision
}

impl Decision {
    fn apply(&mut self, setting: Option<&RuleSetting>) {
        let Some(setting) = setting else { return };
        if let Some(level) = setting.level {
            self.on = level != Level::Off;
            self.level = Some(level);
        }
        self.confidence = setting.confidence.or(self.confidence);
    }
}

fn narrowest_setting<'s>(
    rule: &RuleInfo,
    set: &str,
    settings: &'s [RuleSetting],
    wanted: impl Fn(&RuleSetting) -> bool,
) -> Option<&'s RuleSetting> {
    let narrowness = |setting: &&RuleSetting| narrowness(rule, set, &setting.name.value);
    let concerning = settings.iter().filter(|setting| wanted(setting) && narrowness(setting) > 0);
    concerning.max_by_key(narrowness)
}

/// Does the name name the rule, alone or among others?
pub fn names(rule: &RuleInfo, name: &str) -> bool {
    narrowness(rule, &rule.set, name) > 0
}

/// How narrowly a name names the rule's findings that belong to a set; 0 if it does not.
fn narrowness(rule: &RuleInfo, set: &str, name: &str) -> u8 {
    let in_topic =
        || TOPICS.get(name).is_some_and(|members| members.contains(&rule.family) || members.contains(&rule.name));
    match name {
        name if *name == rule.name => 5,
        name if *name == rule.family => 4,
        _ if in_topic() => 3,
        name if name == set => 2,
        ALL => 1,
        _ => 0,
    }
}

/// Does the name mean anything?
pub fn check_name(rules: &[RuleInfo], name: &str) -> Result<(), SetupError> {
    let known = || {
        let names = rules.iter().flat_map(|rule| [rule.name.as_str(), rule.family.as_str()]);
        names.chain(TOPICS.keys().map(String::as_str)).chain(SETS.iter().copied()).chain([ALL])
    };
    if known().any(|known| known == name) {
        return Ok(());
    }
    Err(unknown("rule, family or set", name, known()))
}

/// The rule with this name.
pub fn find<'a>(rules: &'a [RuleInfo], name: &str) -> Result<&'a RuleInfo, SetupError> {
    let names = || rules.iter().map(|rule| rule.name.as_str());
    rules.iter().find(|rule| rule.name == name).ok_or_else(|| unknown("rule", name, names()))
}

fn unknown<'a>(what: &str, name: &str, known: impl Iterator<Item = &'a str>) -> SetupError {
    let advice = match nearest_name(name, known) {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => "`laggard rules` lists them all".to_string(),
    };
    SetupError::new(format!("there is no {what} `{name}`"), advice)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::layer::Located;

    fn rules() -> Vec<RuleInfo> {
        let rule = |name: &str, family: &str, set: &str| RuleInfo {
            name: name.into(),
            family: family.into(),
            set: set.into(),
            level: "warn".into(),
            languages: vec![],
            summary: String::new(),
            weight: 1.0,
            page: "",
        };
        vec![rule("a", "one", "default"), rule("b", "one", "likely"), rule("c", "sql", "default")]
    }

    fn located(names: &[&str]) -> Vec<Located<String>> {
        names.iter().map(|name| Located::given(name.to_string())).collect()
    }

    fn choice(select: &[&str], ignore: &[&str]) -> Choice {
        let select = Some(located(select)).filter(|names| !names.is_empty());
        Choice { select, ignore: located(ignore), ..Choice::default() }
    }

    fn level(name: &str, level: Level) -> Choice {
        let name = Located::given(name.to_string());
        Choice { rules: vec![RuleSetting { name, level: Some(level), confidence: None }], ..Choice::default() }
    }

    fn chosen(choices: &[Choice]) -> String {
        rules().iter().filter(|rule| decide(rule, choices).on).map(|rule| rule.name.clone()).collect()
    }

    fn chosen_by(select: &[&str], ignore: &[&str]) -> String {
        chosen(&[choice(select, ignore)])
    }

    #[test]
    fn names_families_topics_and_sets() {
        assert_eq!(chosen_by(&[], &[]), "ac");
        assert_eq!(chosen_by(&["all"], &[]), "abc");
        assert_eq!(chosen_by(&["likely"], &[]), "b");
        assert_eq!(chosen_by(&["one"], &[]), "ab");
        assert_eq!(chosen_by(&["db"], &[]), "c");
        assert_eq!(chosen_by(&["default", "b"], &[]), "abc");
    }

    #[test]
    fn the_narrower_name_decides() {
        assert_eq!(chosen_by(&["all"], &["one"]), "c");
        assert_eq!(chosen_by(&["a"], &["one"]), "a");
        assert_eq!(chosen_by(&["one"], &["b"]), "a");
        assert_eq!(chosen_by(&["a"], &["a"]), "");
        assert_eq!(chosen_by(&[], &["all"]), "");
    }

    #[test]
    fn later_choices_are_stronger() {
        assert_eq!(chosen(&[choice(&[], &["a"]), choice(&["a"], &[])]), "a");
        assert_eq!(chosen(&[choice(&["all"], &[]), choice(&[], &["one"])]), "c");
        let too = Choice { extend_select: located(&["b"]), ..Choice::default() };
        assert_eq!(chosen(&[choice(&["a"], &[]), too]), "ab");
    }

    #[test]
    fn a_level_switches_on_and_off() {
        assert_eq!(chosen(&[level("b", Level::Error)]), "abc");
        assert_eq!(chosen(&[level("one", Level::Off), level("a", Level::Info)]), "ac");
        assert_eq!(
            decide(&rules()[0], &[level("a", Level::Info), level("one", Level::Error)]).level,
            Some(Level::Error)
        );
        let mut table = level("a", Level::Info);
        table.rules.extend(level("all", Level::Error).rules);
        assert_eq!(decide(&rules()[0], &[table.clone()]).level, Some(Level::Info), "in a table the narrower name");
        assert_eq!(decide(&rules()[1], &[table]).level, Some(Level::Error));
    }

    #[test]
    fn an_unknown_name_is_an_error_with_advice() {
        let error = check_name(&rules(), "defualt").unwrap_err();
        assert_eq!(error.advice, "did you mean `default`?");
        assert!(find(&rules(), "zebra").unwrap_err().advice.contains("laggard rules"));
    }

    #[test]
    fn topics_name_what_exists() {
        let rules = crate::rule::all_infos();
        for name in TOPICS.values().flatten() {
            assert!(rules.iter().any(|rule| rule.name == *name || rule.family == *name), "{name}");
        }
    }
}
