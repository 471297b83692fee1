//! Tags, of the stack and of the pool.
//!
//! Source: "Tag naming limits and requirements", Tagging AWS Resources User Guide.

use std::collections::BTreeMap;

use crate::finding::Code;
use crate::spec::field::Field;
use crate::spec::report::Report;

const MAX_TAGS: usize = 50;

/// Reads a map of tags, without those that AWS would refuse.
pub(in crate::spec) fn tags(field: &Field<'_>, report: &mut Report<'_>) -> BTreeMap<String, String> {
    check_tags(field, report);
    let Some(fields) = field.fields(report) else {
        return BTreeMap::new();
    };
    let tag = |(key, field): (&str, Field<'_>)| Some((key.to_owned(), field.text(report)?.to_owned()));
    fields.into_iter().filter_map(tag).collect()
}

/// Reports the tags that AWS would refuse; types are not looked at.
pub(in crate::spec) fn check_tags(field: &Field<'_>, report: &mut Report<'_>) {
    let Some(fields) = field.map_fields() else { return };
    if fields.len() > MAX_TAGS {
        let wanted = format!("{MAX_TAGS} tags at most, found {}", fields.len());
        field.refuse(Code::BadTag, &wanted, "remove some", report);
    }
    for (key, tag) in fields {
        let length = key.chars().count();
        if key.to_ascii_lowercase().starts_with("aws:") {
            let message = format!(
                "`{}` wants keys of your own, found one that begins with `aws:`",
                field.path()
            );
            report.add(
                Code::BadTag,
                tag.key(),
                message,
                "choose another key: `aws:` belongs to AWS",
            );
        } else if length == 0 || length > 128 || !key.chars().all(allowed) {
            let message = format!(
                "`{}` wants keys of 1 to 128 letters, digits, spaces and `_ . : / = + - @`, found another",
                field.path()
            );
            report.add(Code::BadTag, tag.key(), message, "choose another key");
        } else if let Some(value) = tag.scalar_text()
            && (value.chars().count() > 256 || !value.chars().all(allowed))
        {
            let wanted = "up to 256 letters, digits, spaces and `_ . : / = + - @`, found another value";
            tag.refuse(Code::BadTag, wanted, "choose another value", report);
        }
    }
}

fn allowed(c: char) -> bool {
    c.is_alphanumeric() || c == ' ' || "_.:/=+-@".contains(c)
}
