//! The templates of ApplicationSets: Go's `text/template` with sprig, and the older `{{name}}`.
//!
//! In: a text and parameters. Out: the text filled in, and the places of the parameters that it used. Never: runs a
//! function whose result depends on the time, chance or the machine; one that is not supported is an error.

mod data;
mod evaluate;
mod fast;
mod functions;
mod lists;
mod numbers;
mod parse;
mod strings;
mod tokens;

use kube_manifest::{Node, Origin};

use super::limits::UnitLimits;

pub(crate) use data::{is_empty, to_text};
pub(crate) use fast::fill_fast;
pub(crate) use strings::sanitized;

/// A text that is filled in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct FilledText {
    pub(crate) text: String,
    /// The places of the parameters that it used, in the order of their use.
    pub(crate) used: Vec<Origin>,
}

/// What happens about a key that a map does not have (`goTemplateOptions`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum MissingKey {
    /// `<no value>` is written.
    #[default]
    NoValue,
    /// The template fails.
    Fails,
}

/// The reason why a template gives nothing, as a clause that can follow a colon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TemplateFailure(pub(crate) String);

/// What most functions return.
type Outcome<T> = Result<T, TemplateFailure>;

fn fail<T>(reason: impl Into<String>) -> Outcome<T> {
    Err(TemplateFailure(reason.into()))
}

/// Fills in a template of Go.
pub(crate) fn fill_go(
    text: &str,
    parameters: &Node,
    missing: MissingKey,
    limits: &UnitLimits,
) -> Result<FilledText, TemplateFailure> {
    if !text.contains("{{") {
        return Ok(FilledText { text: text.to_owned(), used: Vec::new() });
    }
    if text.len() > limits.template_bytes {
        return fail("it is too long");
    }
    let parts = parse::parse(text)?;
    evaluate::run(&parts, parameters, missing, limits)
}

#[cfg(test)]
mod tests {
    use kube_manifest::{Limits, documents};

    use super::{FilledText, MissingKey, fill_go};
    use crate::limits::UnitLimits;

    const PARAMETERS: &str = "
path: {path: apps/prod/web, basename: web, basenameNormalized: web, segments: [apps, prod, web]}
name: My_App.v1
count: 3
big: 1000000
half: 0.5
flag: true
none: null
list: [b, a, c]
map: {x: 1, w: {z: deep}}
empty: ''
";

    fn fill(text: &str) -> Result<String, String> {
        let (_, roots, problems) = documents(PARAMETERS.as_bytes().to_vec(), &Limits::default());
        assert!(problems.is_empty());
        let filled = fill_go(text, &roots[0], MissingKey::Fails, &UnitLimits::default());
        filled.map(|FilledText { text, .. }| text).map_err(|failure| failure.0)
    }

    #[test]
    fn templates_give_what_go_gives() {
        for (template, text) in [
            ("plain", "plain"),
            ("a-{{ .path.basename }}-b", "a-web-b"),
            ("{{.path.path}}/{{ index .path.segments 1 }}", "apps/prod/web/prod"),
            ("{{ .count }} {{ .big }} {{ .half }} {{ .flag }} {{ .none }}", "3 1e+06 0.5 true <no value>"),
            ("a {{- .empty -}} b", "ab"),
            ("{{/* nothing */}}x{{- /* more */ -}} y", "xy"),
            ("{{ if eq .path.basename \"web\" }}yes{{ else }}no{{ end }}", "yes"),
            ("{{ if .empty }}a{{ else if .none }}b{{ else }}c{{ end }}", "c"),
            ("{{ range $i, $x := .list }}{{ $i }}{{ $x }}{{ end }}", "0b1a2c"),
            ("{{ range $k, $v := .map }}{{ $k }}{{ end }}", "wx"),
            ("{{ range .none }}a{{ else }}b{{ end }}", "b"),
            ("{{ with .map.w }}{{ .z }}{{ $.name }}{{ end }}", "deepMy_App.v1"),
            ("{{ $a := .count }}{{ if true }}{{ $a = 4 }}{{ end }}{{ $a }}", "4"),
            ("{{ .name | lower | replace \"_\" \"-\" | trunc 6 | quote }}", "\"my-app\""),
            ("{{ (index .list 0) | upper }}{{ (dict \"a\" \"b\").a }}", "Bb"),
            (
                "{{ printf \"%s-%d-%v-%q-%05d-%%\" .name 7 .list \"x\" 42 }}",
                "My_App.v1-7-[b a c]-\"x\"-00042-%",
            ),
            (
                "{{ default \"d\" .empty }}{{ coalesce .none .empty \"e\" }}{{ ternary \"t\" \"f\" .flag }}",
                "det",
            ),
            ("{{ join \",\" (sortAlpha .list) }} {{ len .list }} {{ has \"a\" .list }}", "a,b,c 3 true"),
            ("{{ splitList \"/\" .path.path | last }} {{ (split \"/\" .path.path)._1 }}", "web prod"),
            (
                "{{ hasPrefix \"My\" .name }} {{ contains \"App\" .name }} {{ trimSuffix \".v1\" .name }}",
                "true true My_App",
            ),
            ("{{ normalize .name }} {{ .name | slugify }}", "my-app.v1 my-app-v1"),
            ("{{ and .flag .count }} {{ or .empty \"x\" }} {{ not .flag }} {{ ne 1 2 }}", "3 x false true"),
            (
                "{{ add 1 2 }} {{ sub 5 3 }} {{ mul 2 3 }} {{ div 7 2 }} {{ mod 7 2 }} {{ max 1 9 4 }}",
                "3 2 6 3 1 9",
            ),
            ("{{ lt 1 2 }} {{ ge 2.5 2.5 }} {{ eq \"a\" \"b\" \"a\" }}", "true true true"),
            ("{{ b64enc \"ab\" }} {{ b64dec \"YWI=\" }} {{ sha256sum \"\" | trunc 8 }}", "YWI= ab e3b0c442"),
            (
                "{{ dig \"w\" \"z\" \"none\" .map }} {{ dig \"q\" \"z\" \"none\" .map }} {{ get .map \"x\" }}",
                "deep none 1",
            ),
            (
                "{{ toJson .map }} {{ .list | toYaml | nindent 2 }}",
                "{\"w\":{\"z\":\"deep\"},\"x\":1} \n  - b\n  - a\n  - c",
            ),
            ("{{ (fromYaml \"a: {b: c}\").a.b }} {{ first .list }} {{ rest .list }}", "c b [a c]"),
            ("{{ regexReplaceAll \"[^a-z]\" \"a1b\" \"-\" }} {{ regexMatch \"^a\" \"ab\" }}", "a-b true"),
            ("{{ `raw {{` }}{{ 'a' }}", "raw {{97"),
            ("{{ .list }} {{ .map }}", "[b a c] map[w:map[z:deep] x:1]"),
            ("{{ int \"12\" }} {{ atoi \"7\" }} {{ toString 5 }} {{ kindOf .count }}", "12 7 5 float64"),
        ] {
            assert_eq!(fill(template).as_deref(), Ok(text), "{template}");
        }
    }

    #[test]
    fn what_is_not_known_fails() {
        for template in [
            "{{ .missing }}",
            "{{ .name.x }}",
            "{{ .none.x }}",
            "{{ now }}",
            "{{ env \"HOME\" }}",
            "{{ randAlphaNum 5 }}",
            "{{ .name",
            "{{ if .flag }}",
            "{{ end }}",
            "{{ index .list 9 }}",
            "{{ template \"x\" }}",
            "{{ .name .count }}",
            "{{ $x }}",
            "{{ fail \"stop\" }}",
            "{{ repeat 100000000 \"a\" }}",
            "{{ range until 1000000 }}{{ range until 1000000 }}a{{ end }}{{ end }}",
            "{{ eq .map .map }}",
            "{{ ((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((1",
        ] {
            assert!(fill(template).is_err(), "{template}: {:?}", fill(template));
        }
    }
}
