//! The versions of Java and of libraries that a `pom.xml`, a Gradle script or a catalog of versions requires, and numbers that
//! files of settings give.
//!
//! Reads what stands there in so many words. What a parent or a plugin adds is not known.

use quick_xml::Reader;
use quick_xml::events::Event;

use super::{names, settings};
use crate::lang::{Manifest, folder_of};
use crate::version::{Requirement, Version};

/// Files that are read.
pub(super) const FILES: &[&str] = &{
    let [a, b, c, d, e, f] = settings::FILES;
    ["pom.xml", "build.gradle", "build.gradle.kts", "libs.versions.toml", a, b, c, d, e, f]
};

/// Properties of a `pom.xml` that name the version of the language.
const LANGUAGE_PROPERTIES: &[&str] = &["java.version", "maven.compiler.release", "maven.compiler.source"];

/// What the files require: `java`, libraries by the names of their artifacts, and settings, which hold for all modules.
pub(super) fn requirements(files: &[Manifest]) -> Vec<Requirement> {
    files.iter().flat_map(required).collect()
}

fn required(file: &Manifest) -> Vec<Requirement> {
    let (folder, name) = folder_of(&file.path);
    // A catalog stands in a folder of the project that it is for.
    let folder = folder.strip_suffix("gradle/").unwrap_or(folder);
    let found = match name {
        "pom.xml" => of_maven(&file.text),
        "libs.versions.toml" => of_catalog(&file.text),
        "build.gradle" | "build.gradle.kts" => of_gradle(&file.text),
        _ if names::is_side_code(&file.path) => Vec::new(),
        _ => return settings::settings(name, &file.text).into_iter().filter_map(setting).collect(),
    };
    let requirement = |(name, version): (String, String)| {
        // `1.8` is what Java 8 was called.
        let version = if name == "java" { version.strip_prefix("1.").unwrap_or(&version).to_owned() } else { version };
        let version = Version::parse(&version)?;
        Some(Requirement { folder: folder.to_owned(), name: name.to_lowercase(), version, is_locked: true })
    };
    found.into_iter().filter_map(requirement).collect()
}

fn setting((name, value): (String, String)) -> Option<Requirement> {
    Some(Requirement::new("", &name, Version::parse(&value)?, true))
}

/// Properties, and the dependencies that say their version.
fn of_maven(text: &str) -> Vec<(String, String)> {
    let mut reader = Reader::from_str(text);
    let mut open: Vec<String> = Vec::new();
    let mut properties: Vec<(String, String)> = Vec::new();
    let mut artifact = None;
    let mut found = Vec::new();
    loop {
        match reader.read_event() {
            Ok(Event::Start(tag)) => open.push(tag.name().as_ref().to_owned()),
            Ok(Event::End(_)) => _ = open.pop(),
            Ok(Event::Text(value)) => {
                let value = value.trim();
                match open.iter().map(String::as_str).collect::<Vec<_>>()[..] {
                    [.., "properties", property] => properties.push((property.to_owned(), value.to_owned())),
                    [.., "dependency" | "parent", "artifactId"] => artifact = Some(value.to_owned()),
                    [.., "dependency" | "parent", "version"] => {
                        found.extend(artifact.take().map(|name| (name, value.to_owned())));
                    }
                    _ => {}
                }
            }
            Ok(Event::Eof) | Err(_) => break,
            Ok(_) => {}
        }
    }
    for (_, version) in &mut found {
        let property = version.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
        if let Some((_, value)) = property.and_then(|wanted| properties.iter().find(|(name, _)| name == wanted)) {
            *version = value.clone();
        }
    }
    let language = properties.into_iter().find(|(name, _)| LANGUAGE_PROPERTIES.contains(&name.as_str()));
    found.extend(language.map(|(_, version)| ("java".to_owned(), version)));
    found
}

/// `[libraries]` with a version or a reference to one.
fn of_catalog(text: &str) -> Vec<(String, String)> {
    let Ok(table) = text.parse::<toml::Table>() else { return Vec::new() };
    let versions = table.get("versions").and_then(toml::Value::as_table);
    let named = |name: &str| versions.and_then(|versions| versions.get(name)?.as_str()).map(str::to_owned);
    let mut found: Vec<(String, String)> = Vec::new();
    for library in table.get("libraries").and_then(toml::Value::as_table).into_iter().flatten().map(|(_, value)| value)
    {
        let module = library.get("module").and_then(toml::Value::as_str);
        let name = module.and_then(|module| module.split(':').nth(1)).or_else(|| library.get("name")?.as_str());
        let version = library.get("version");
        let version = match version.and_then(|version| version.get("ref")?.as_str()) {
            Some(reference) => named(reference),
            None => version.and_then(toml::Value::as_str).map(str::to_owned),
        };
        found.extend(name.zip(version).map(|(name, version)| (name.to_owned(), version)));
    }
    found.extend(named("java").map(|version| ("java".to_owned(), version)));
    found
}

/// `'group:artifact:1.2.3'`, and what says the version of the language.
fn of_gradle(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for line in text.lines() {
        for quoted in line.split(['"', '\'']).skip(1).step_by(2) {
            if let [_, artifact, version] = quoted.split(':').collect::<Vec<_>>()[..] {
                found.push((artifact.to_owned(), version.to_owned()));
            }
        }
        let line = line.trim();
        let says_language = line.starts_with("sourceCompatibility") || line.contains("JavaLanguageVersion.of(");
        let after = line.split(['=', '(']).next_back().unwrap_or("");
        let version: String =
            after.chars().skip_while(|letter| !letter.is_ascii_digit()).take_while(|letter| *letter != ')').collect();
        if says_language && !version.is_empty() {
            let version = version.replace('_', ".").trim_matches(['\'', '"']).to_owned();
            found.push(("java".to_owned(), version));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<(String, String)> {
        let files = [Manifest { path: path.into(), text: text.into() }];
        let found = requirements(&files);
        found.into_iter().map(|requirement| (requirement.name, requirement.version.to_string())).collect()
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, version)| ((*name).to_owned(), (*version).to_owned())).collect()
    }

    #[test]
    fn maven() {
        let text = "<project><properties><java.version>1.8</java.version><guava>33.0</guava></properties><dependencies>\
            <dependency><groupId>a</groupId><artifactId>guava</artifactId><version>${guava}</version></dependency>\
            <dependency><artifactId>other</artifactId></dependency></dependencies></project>";
        assert_eq!(found("pom.xml", text), pairs(&[("guava", "33.0.0"), ("java", "8.0.0")]));
        assert_eq!(found("pom.xml", "<project><version>1"), []);
    }

    #[test]
    fn gradle() {
        let text =
            "implementation 'org.a:core:1.2'\njava { toolchain { languageVersion = JavaLanguageVersion.of(21) } }\n";
        assert_eq!(found("build.gradle", text), pairs(&[("core", "1.2.0"), ("java", "21.0.0")]));
        assert_eq!(
            found("build.gradle.kts", "sourceCompatibility = JavaVersion.VERSION_1_8\n"),
            pairs(&[("java", "8.0.0")])
        );
        let catalog = "[versions]\nspring = \"6.1\"\n[libraries]\ncore = { module = \"org.a:spring-core\", version.ref = \"spring\" }\n";
        assert_eq!(found("gradle/libs.versions.toml", catalog), pairs(&[("spring-core", "6.1.0")]));
    }
}
