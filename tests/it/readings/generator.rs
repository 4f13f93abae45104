//! Random manifests out of everything that YAML parsers disagree about.

/// Makes manifests from a seed.
pub struct Generator {
    state: u64,
    anchors: Vec<&'static str>,
}

const HEAD: &str = "apiVersion: example.com/v1\nkind: Widget\nmetadata:\n  name: w\n";

const ATOMS: &[&str] = &[
    "yes",
    "No",
    "on",
    "y",
    "N",
    "true",
    "False",
    "tRue",
    "~",
    "null",
    "Null",
    "0",
    "00",
    "010",
    "08",
    "0o17",
    "0x1f",
    "0b11",
    "-0b1",
    "1_000",
    "_1",
    "1.5",
    ".5",
    "5.",
    "1e3",
    "+1",
    "-0",
    "1e400",
    "12e03",
    "0.0",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551616",
    "-9223372036854775809",
    "1.2.3",
    "1:30",
    "2001-01-01",
    "2001-1-1",
    "2001-12-14T21:59:43Z",
    "2001-12-14t21:59:43.10-05:00",
    "2001-02-30",
    "'yes'",
    "\"0777\"",
    "''",
    "\"\"",
    "\"a\\tb\\u00e9\\x41\"",
    "'it''s'",
    "\"a # b\"",
    "a b",
    "a#b",
    "a: b",
    "a:b",
    "!!str 1",
    "!!int \"0777\"",
    "!!float 1",
    "!!bool true",
    "!!bool yes",
    "!!null ~",
    "!!null ''",
    "!x y",
    "! 1",
    "! a",
    "!",
    "!!binary aGVsbG8=",
    "!!timestamp 2001-01-01",
    "{}",
    "[]",
    "{a}",
    "{a: }",
    "[a, ]",
    "-",
    "--",
    "=",
    "<<",
    "a?b",
    "é",
    "\u{1f600}",
    "key",
    "very long text with many words in it",
    "http://example.com:80/a?b=c",
    "100m",
    "1Gi",
    "0.5",
    "1E5",
    "0x",
    "0_0",
    "~a",
    "@a",
    "%a",
];

/// No two of these become one key only in JSON: kubectl keeps one of such a pair at random.
const KEYS: &[&str] = &[
    "a",
    "b",
    "c",
    "kind",
    "type",
    "1",
    "1.5",
    "yes",
    "on",
    "true",
    "'q'",
    "\"r\"",
    "hostNetwork",
    "\"<<\"",
    "long key with words",
    "é",
    "2001-01-01",
    "items",
    "x-y.z/w",
    "? k",
];

const LINES: &[&str] =
    &["text", "a: b", "# no", "  deep", "- x", "", "trailing ", "\ttab", "    deeper", "é", "..."];

impl Generator {
    /// A generator that yields one manifest.
    pub fn new(seed: u64) -> Self {
        let state = (seed ^ 0x9e37_79b9_7f4a_7c15).wrapping_mul(0xbf58_476d_1ce4_e5b9) | 1;
        Self { state, anchors: Vec::new() }
    }

    fn below(&mut self, limit: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        let high = usize::try_from(self.state >> 33).expect("31 bits fit");
        high % limit
    }

    fn one_in(&mut self, limit: usize) -> bool {
        self.below(limit) == 0
    }

    fn pick(&mut self, from: &[&'static str]) -> &'static str {
        let index = self.below(from.len());
        from.get(index).copied().unwrap_or_default()
    }

    /// The bytes of a file.
    pub fn manifest(&mut self) -> Vec<u8> {
        let mut text = String::new();
        let documents = if self.one_in(5) { 1 + self.below(3) } else { 1 };
        for document in 0..documents {
            if document > 0 || self.one_in(10) {
                text += self.pick(&["---\n", "---\n", "--- # note\n", "---  \n", "---#x\n", "...\n---\n"]);
            }
            self.document(document, &mut text);
        }
        match self.below(40) {
            0 => text = text.replace('\n', "\r\n"),
            1 => text.insert(0, '\u{feff}'),
            2 => text.truncate(text.trim_end().len()),
            3 => text += "...\n",
            4 => text = text.replacen("# note", "# note\u{2028}z: 1", 1),
            _ => {}
        }
        text.into_bytes()
    }

    fn document(&mut self, index: usize, text: &mut String) {
        self.anchors.clear();
        match self.below(24) {
            0 => *text += "# nothing\n",
            1 => *text += self.pick(&["~\n", "hello\n", "- a\n", "{}\n", "a: 1\n"]),
            2 => self.list(text),
            _ => {
                *text += &HEAD.replace("name: w", &format!("name: w{index}"));
                if self.one_in(3) {
                    *text += "base: &base {a: 1, b: yes, c: [x]}\n";
                    self.anchors.push("base");
                }
                for _ in 0..=self.below(4) {
                    let key = self.pick(&["s", "t", "u", "v", "w", "x", "y", "z", "spec", "data"]);
                    let value = self.value(3, 0, Surroundings::Block);
                    let end = self.pick(&["", "", "", " # note", "  "]);
                    text.extend([key, ": ", &value, end, "\n"]);
                }
            }
        }
    }

    fn list(&mut self, text: &mut String) {
        let kind = self.pick(&["List", "WidgetList", "Widget", "ConfigMapList"]);
        text.extend(["apiVersion: v1\nkind: ", kind, "\nmetadata: {name: l}\n"]);
        if self.one_in(8) {
            *text += self.pick(&["items: []\n", "items: ~\n", "items: {}\n", "items: a\n"]);
            return;
        }
        *text += "items:\n";
        for index in 0..=self.below(2) {
            let head =
                self.pick(&["apiVersion: v1\n  kind: Secret\n  ", "", "kind: A\n  ", "apiVersion: v2\n  "]);
            text.extend(["- ", head, "metadata: {name: s", &index.to_string(), "}\n"]);
        }
    }

    fn value(&mut self, depth: usize, indent: usize, around: Surroundings) -> String {
        if depth == 0 || self.below(100) < 45 {
            return self.scalar();
        }
        if around == Surroundings::Flow || self.one_in(5) {
            return self.flow(depth, indent);
        }
        let pad = format!("\n{}", " ".repeat(indent + 2));
        match self.below(10) {
            0..=2 => self.block_scalar(&pad),
            3..=5 => {
                let items = 1 + self.below(3);
                let lines = (0..items).map(|_| format!("- {}", self.value(depth - 1, indent + 4, around)));
                format!("{pad}{}", lines.collect::<Vec<_>>().join(&pad))
            }
            _ => self.mapping(depth, indent, &pad),
        }
    }

    fn mapping(&mut self, depth: usize, indent: usize, pad: &str) -> String {
        let entries = 1 + self.below(4);
        let mut lines = Vec::new();
        for _ in 0..entries {
            if self.one_in(10) && !self.anchors.is_empty() {
                lines.push(
                    self.pick(&["<<: *base", "<<: [*base, {a: 9}]", "!!merge <<: *base", "<<: {d: *base}"])
                        .to_owned(),
                );
            } else {
                let key = self.pick(KEYS);
                lines.push(format!("{key}: {}", self.value(depth - 1, indent + 2, Surroundings::Block)));
            }
        }
        format!("{pad}{}", lines.join(pad))
    }

    fn flow(&mut self, depth: usize, indent: usize) -> String {
        let count = self.below(4);
        if self.one_in(2) {
            let entries = (0..count).map(|_| {
                let key = self.pick(KEYS);
                format!("{key}: {}", self.flow_value(depth, indent))
            });
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        } else {
            let items = (0..count).map(|_| self.flow_value(depth, indent));
            format!("[{}]", items.collect::<Vec<_>>().join(", "))
        }
    }

    /// A tag alone takes the comma after it for a letter of its name.
    fn flow_value(&mut self, depth: usize, indent: usize) -> String {
        let value = self.value(depth - 1, indent, Surroundings::Flow);
        if value.ends_with('!') { value + " ''" } else { value }
    }

    fn scalar(&mut self) -> String {
        let atom = self.pick(ATOMS);
        match self.below(16) {
            0 if !self.anchors.is_empty() => "*base".to_owned(),
            1 => format!("&n {atom}"),
            _ => atom.to_owned(),
        }
    }

    fn block_scalar(&mut self, pad: &str) -> String {
        let header = self.pick(&["|", ">", "|-", ">-", "|+", ">+", "|2", ">2-", "> # note"]);
        let count = 1 + self.below(5);
        let lines: Vec<&str> = (0..count).map(|_| self.pick(LINES)).collect();
        format!("{header}{pad}{}", lines.join(pad))
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Surroundings {
    Block,
    Flow,
}
