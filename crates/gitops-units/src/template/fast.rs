//! The templates of ApplicationSets without `goTemplate` (`valyala/fasttemplate`, `replace` in
//! `applicationset/utils/utils.go`).

use kube_manifest::Node;

use super::{FilledText, TemplateFailure, fail};

/// Puts the texts of parameters in place of `{{name}}`. A name that is no parameter stays as it is written.
pub(crate) fn fill_fast(text: &str, parameters: &Node) -> Result<FilledText, TemplateFailure> {
    let mut filled = FilledText::default();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        filled.text.push_str(before);
        let Some((tag, behind)) = after.split_once("}}") else { return fail("a `{{` is not closed") };
        match parameters.get(tag.trim()).and_then(|value| Some((value.as_str()?, value.origin))) {
            Some((value, origin)) => {
                filled.text.push_str(value);
                if !filled.used.contains(&origin) {
                    filled.used.push(origin);
                }
            }
            None => filled.text.extend(["{{", tag, "}}"]),
        }
        rest = behind;
    }
    filled.text.push_str(rest);
    Ok(filled)
}
