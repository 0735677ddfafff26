//! Checkstyle's XML: findings as errors of files.

use std::io::{self, Write};

use quick_xml::writer::Writer;

use super::finding::{Finding, Report, severity_name};
use super::xml;

/// The version of Checkstyle that writes this form.
const VERSION: &str = "4.3";

type Xml<'a> = Writer<&'a mut dyn Write>;

pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    xml::document(out, |writer| {
        let root = writer.create_element("checkstyle").with_attribute(("version", VERSION));
        root.write_inner_content(|writer| {
            report.by_file().try_for_each(|(path, findings)| write_file(writer, path, findings))
        })?;
        Ok(())
    })
}

fn write_file(writer: &mut Xml, path: &str, findings: &[Finding]) -> io::Result<()> {
    let file = writer.create_element("file").with_attribute(("name", xml::allowed(path).as_ref()));
    file.write_inner_content(|writer| findings.iter().try_for_each(|finding| write_error(writer, finding)))?;
    Ok(())
}

fn write_error(writer: &mut Xml, finding: &Finding) -> io::Result<()> {
    let source = format!("{}.{}", super::TOOL, finding.diagnostic.rule);
    let message = finding.lines().join("; ");
    let mut element = writer.create_element("error").with_attributes([
        ("severity", severity_name(finding.diagnostic.severity)),
        ("message", &xml::allowed(&message)),
        ("source", &source),
        ("line", &finding.place.line().to_string()),
    ]);
    if let Some(position) = finding.place.position {
        element = element.with_attribute(("column", position.column.to_string().as_str()));
    }
    element.write_empty()?;
    Ok(())
}
