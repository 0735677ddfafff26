//! Which Python and which libraries a project works with: `pyproject.toml`, `setup.cfg`, `setup.py`, lock files,
//! `requirements*.txt`.

use crate::lang::{Manifest, folder_of, locked_packages};
use crate::version::{Requirement, Version};

/// Files that say so; `*` stands for any text.
pub(super) const FILES: &[&str] =
    &["pyproject.toml", "setup.cfg", "setup.py", "uv.lock", "poetry.lock", "pdm.lock", "requirements*.txt"];

const PYTHON: &str = "python";

/// What the files require.
pub(super) fn requirements(files: &[Manifest]) -> Vec<Requirement> {
    let mut found = Vec::new();
    for file in files {
        let (folder, name) = folder_of(&file.path);
        let mut add = |name: &str, version: Option<Version>| {
            found.extend(version.map(|version| Requirement::new(folder, &normal(name), version, false)));
        };
        match name {
            "pyproject.toml" => {
                let Ok(table) = file.text.parse::<toml::Table>() else { continue };
                of_project(&table).into_iter().for_each(|(name, version)| add(&name, version));
            }
            "setup.cfg" => add(PYTHON, of_setting(&file.text, "python_requires")),
            "setup.py" => add(PYTHON, of_setting(&file.text, "python_requires")),
            name if name.ends_with(".lock") => found.extend(locked_packages(folder, &file.text)),
            _ => {
                let pins = file.text.lines().filter_map(pin);
                let pins = pins.map(|(name, version, locked)| Requirement::new(folder, &normal(name), version, locked));
                found.extend(pins);
            }
        }
    }
    found
}

/// The name of a distribution as indexes compare it.
fn normal(name: &str) -> String {
    name.trim().to_lowercase().replace(['_', '.'], "-")
}

/// `requires-python` and the dependencies, as the standard and as Poetry have it.
fn of_project(table: &toml::Table) -> Vec<(String, Option<Version>)> {
    let project = table.get("project");
    let text = |value: Option<&toml::Value>| value.and_then(|value| value.as_str()).map(str::to_owned);
    let mut found = Vec::new();
    if let Some(requires) = text(project.and_then(|project| project.get("requires-python"))) {
        found.push((PYTHON.to_owned(), lowest(&requires)));
    }
    let dependencies = project.and_then(|project| project.get("dependencies")).and_then(|list| list.as_array());
    for line in dependencies.into_iter().flatten().filter_map(|line| line.as_str()) {
        if let Some((name, version, _)) = pin(line) {
            found.push((name.to_owned(), Some(version)));
        }
    }
    let poetry = table.get("tool").and_then(|tool| tool.get("poetry")?.get("dependencies")?.as_table());
    for (name, value) in poetry.into_iter().flatten() {
        let requires = text(Some(value)).or_else(|| text(value.get("version")));
        found.push((name.clone(), requires.and_then(|requires| lowest(&requires))));
    }
    found
}

/// `name = ">=3.9"` or `name=">=3.9"` somewhere in a text.
fn of_setting(text: &str, name: &str) -> Option<Version> {
    let line = text.lines().map(str::trim_start).find(|line| line.starts_with(name))?;
    let value = line[name.len()..].trim_start().strip_prefix('=')?.trim();
    lowest(value.trim_matches(['"', '\'', ',', ' ', ')']))
}

/// A line of `requirements.txt`, or a dependency of a project: name, version, whether it is that version only.
fn pin(line: &str) -> Option<(&str, Version, bool)> {
    let line = line.split(['#', ';']).next().unwrap_or(line).trim();
    let end = line.find(|letter: char| !letter.is_alphanumeric() && !"-_.".contains(letter))?;
    let (name, mut rest) = line.split_at(end);
    if rest.starts_with('[') {
        rest = rest.split_once(']')?.1;
    }
    let rest = rest.trim().trim_start_matches('(').trim_end_matches(')');
    let is_version = rest.starts_with(['=', '>', '~', '<', '!']) && !name.is_empty();
    Some((name, lowest(rest).filter(|_| is_version)?, rest.starts_with("==")))
}

/// The lowest version that a specifier admits, as far as it has a lower end: `>=3.9,<4`, `^3.9`, `==3.11.*`.
fn lowest(specifier: &str) -> Option<Version> {
    let of_range = |range: &str| {
        let ends = range.split(',').map(str::trim).filter(|end| !end.starts_with(['<', '!']));
        ends.filter_map(|end| Version::parse(end.trim_start_matches(['>', '=', '^', '~', ' ']))).max()
    };
    let ranges: Option<Vec<Version>> = specifier.split("||").map(of_range).collect();
    ranges?.into_iter().min()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::python::Python;
    use crate::lang::tests::requirements_shown;

    fn found(path: &str, text: &str) -> Vec<String> {
        requirements_shown(&Python, path, text)
    }

    #[test]
    fn specifiers_have_a_lower_end() {
        for (text, version) in [
            (">=3.9", "3.9.0"),
            (">=3.8,<4", "3.8.0"),
            ("^3.10", "3.10.0"),
            ("~=3.11.2", "3.11.2"),
            ("==3.12.*", "3.12.0"),
            ("<4,>= 3.7", "3.7.0"),
            (">=3.9 || >=3.8", "3.8.0"),
        ] {
            assert_eq!(lowest(text).map(|own| own.to_string()).as_deref(), Some(version), "{text}");
        }
        assert_eq!(lowest("<4"), None);
        assert_eq!(lowest("*"), None);
    }

    #[test]
    fn projects_name_their_python_and_their_libraries() {
        let project = "[project]\nrequires-python = \">=3.9\"\ndependencies = [\"Django>=4.2\", \"x\", \"y[z]~=1.5\"]";
        assert_eq!(found("a/pyproject.toml", project), ["a/python 3.9.0", "a/django 4.2.0", "a/y 1.5.0"]);
        let poetry = "[tool.poetry.dependencies]\npython = \"^3.8\"\ndjango = { version = \"^3.2\" }";
        assert_eq!(found("pyproject.toml", poetry), ["django 3.2.0", "python 3.8.0"]);
        assert_eq!(found("setup.cfg", "[options]\npython_requires = >=3.7\n"), ["python 3.7.0"]);
        assert_eq!(found("setup.py", "setup(\n    python_requires='>=3.6, <4',\n)"), ["python 3.6.0"]);
        assert!(found("pyproject.toml", "[project").is_empty());
    }

    #[test]
    fn locks_and_pins_name_libraries() {
        let lock = "[[package]]\nname = \"django\"\nversion = \"5.0.1\"\nsource = { registry = \"\" }\n";
        assert_eq!(found("uv.lock", lock), ["django 5.0.1 locked"]);
        let pins = "# comment\nDjango==4.1.3  # why\nsql_alchemy>=1.4 ; python_version > '3'\n-r other.txt\nplain\n";
        assert_eq!(found("requirements-dev.txt", pins), ["django 4.1.3 locked", "sql-alchemy 1.4.0"]);
    }
}
