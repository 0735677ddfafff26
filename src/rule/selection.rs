//! Which rules run: what `--select` and `--ignore` mean. Knows names only.

use super::RuleInfo;
use crate::config::{SetupError, nearest_name};

/// The sets that rules are sorted into. `all` is not one of them: it names every rule.
pub const SETS: &[&str] = &["default", "likely", "pedantic"];

const ALL: &str = "all";

/// The rules that `select` names and `ignore` does not, in the order of `rules`. Where both name a rule, the
/// narrower name decides (a rule before its family, a family before a set, a set before `all`); between equals,
/// `ignore` does. An empty `select` means the set `default`.
pub fn select<'a>(
    rules: &'a [RuleInfo],
    select: &[String],
    ignore: &[String],
) -> Result<Vec<&'a RuleInfo>, SetupError> {
    for selector in select.iter().chain(ignore) {
        check_selector(rules, selector)?;
    }
    let default = ["default".to_string()];
    let select = if select.is_empty() { &default } else { select };
    Ok(rules.iter().filter(|rule| narrowest(rule, select) > narrowest(rule, ignore)).collect())
}

/// How narrowly the narrowest of the selectors names the rule; 0 if none does.
fn narrowest(rule: &RuleInfo, selectors: &[String]) -> u8 {
    let narrowness = |selector: &String| match selector {
        selector if *selector == rule.name => 4,
        selector if *selector == rule.family => 3,
        selector if *selector == rule.set => 2,
        selector if selector == ALL => 1,
        _ => 0,
    };
    selectors.iter().map(narrowness).max().unwrap_or(0)
}

fn check_selector(rules: &[RuleInfo], selector: &str) -> Result<(), SetupError> {
    let known = || {
        let names = rules.iter().flat_map(|rule| [rule.name.as_str(), rule.family.as_str()]);
        names.chain(SETS.iter().copied()).chain([ALL])
    };
    if known().any(|name| name == selector) {
        return Ok(());
    }
    Err(unknown("rule, family or set", selector, known()))
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
        vec![rule("a", "one", "default"), rule("b", "one", "likely"), rule("c", "two", "default")]
    }

    fn names(chosen: &[&str], ignored: &[&str]) -> String {
        let owned = |names: &[&str]| names.iter().map(|name| name.to_string()).collect::<Vec<_>>();
        let rules = rules();
        select(&rules, &owned(chosen), &owned(ignored)).unwrap().iter().map(|rule| rule.name.as_str()).collect()
    }

    #[test]
    fn names_families_and_sets() {
        assert_eq!(names(&[], &[]), "ac");
        assert_eq!(names(&["all"], &[]), "abc");
        assert_eq!(names(&["likely"], &[]), "b");
        assert_eq!(names(&["one"], &[]), "ab");
        assert_eq!(names(&["default", "b"], &[]), "abc");
    }

    #[test]
    fn the_narrower_name_decides() {
        assert_eq!(names(&["all"], &["one"]), "c");
        assert_eq!(names(&["a"], &["one"]), "a");
        assert_eq!(names(&["one"], &["b"]), "a");
        assert_eq!(names(&["a"], &["a"]), "");
    }

    #[test]
    fn an_unknown_name_is_an_error_with_advice() {
        let error = select(&rules(), &["defualt".into()], &[]).unwrap_err();
        assert_eq!(error.advice, "did you mean `default`?");
        assert!(find(&rules(), "zebra").unwrap_err().advice.contains("laggard rules"));
    }
}
