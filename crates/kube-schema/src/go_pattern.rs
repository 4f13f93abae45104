//! Regular expressions as Go reads them (RE2).
//!
//! In: the pattern of a definition. Out: whether the API server refuses it. Never: calls a pattern wrong for a
//! difference between Go's syntax and ours.

use regex::Regex;

/// The most repetitions.
const MOST: u32 = 1000;

/// Returns true if Go's `regexp.Compile` fails.
pub(super) fn is_refused(pattern: &str) -> bool {
    // Go alone reads quoted text and octal numbers.
    if pattern.contains("\\Q") || pattern.contains("\\E") || pattern.contains("\\0") {
        return false;
    }
    let Some(translated) = translate(pattern) else { return true };
    matches!(Regex::new(&translated), Err(regex::Error::Syntax(_)))
}

/// Escapes everything that only Go reads as plain text. Returns `None` if repetitions are stacked or too many, or if
/// the pattern names a class that Go does not know.
fn translate(pattern: &str) -> Option<String> {
    let text = String::with_capacity(pattern.len());
    let mut translation = Translation { rest: pattern, text, class: Class::Outside, repeats: false };
    while !translation.rest.is_empty() {
        translation.step()?;
    }
    Some(translation.text)
}

/// The state of a translation.
struct Translation<'a> {
    rest: &'a str,
    text: String,
    class: Class,
    /// Says whether a repetition has just ended.
    repeats: bool,
}

impl Translation<'_> {
    fn step(&mut self) -> Option<()> {
        let next = self.rest.chars().next()?;
        if next == '\\' {
            self.repeats = false;
            return self.escape();
        }
        match self.class {
            Class::Outside => self.copy_outside(next),
            Class::First | Class::Inside => self.copy_in_class(next),
        }
    }

    /// Copies some bytes of the pattern.
    fn copy(&mut self, length: usize) -> Option<()> {
        self.text.push_str(self.rest.get(..length)?);
        self.skip(length)
    }

    fn skip(&mut self, length: usize) -> Option<()> {
        self.rest = self.rest.get(length..)?;
        Some(())
    }

    fn escape(&mut self) -> Option<()> {
        self.class = self.class.enter();
        if self.rest.starts_with("\\p{") || self.rest.starts_with("\\P{") {
            let end = self.rest.find('}')?;
            let name = self.rest.get(3..end)?;
            // Any class has the same syntax.
            self.text.push_str("\\pL");
            return if is_class_of_go(name.strip_prefix('^').unwrap_or(name)) {
                self.skip(end + 1)
            } else {
                None
            };
        }
        let escaped = self.rest.get(1..).and_then(|rest| rest.chars().next());
        self.copy(1 + escaped.map_or(0, char::len_utf8))
    }

    fn copy_outside(&mut self, next: char) -> Option<()> {
        let counted = if next == '{' { read_repetition(self.rest) } else { None };
        let (length, repeated) = match (next, counted) {
            ('{', Some((_, most))) if most > MOST => return None,
            ('{', Some((end, _))) => (end, true),
            ('*' | '+' | '?', _) => (1, true),
            ('{', None) => {
                self.text.push('\\');
                (1, false)
            }
            ('[', _) => {
                self.class = Class::First;
                (if self.rest.starts_with("[^") { 2 } else { 1 }, false)
            }
            _ => (next.len_utf8(), false),
        };
        self.copy(length)?;
        if repeated && self.repeats {
            return None;
        }
        // A repetition may be made lazy once.
        if repeated && self.rest.starts_with('?') {
            self.copy(1)?;
        }
        self.repeats = repeated;
        Some(())
    }

    fn copy_in_class(&mut self, next: char) -> Option<()> {
        let ends = self.class == Class::Inside && next == ']';
        self.class = if ends { Class::Outside } else { Class::Inside };
        self.repeats = false;
        let named = next == '[' && self.rest.starts_with("[:");
        if matches!(next, '[' | '&' | '~') && !named || next == ']' && !ends {
            self.text.push('\\');
        }
        let end = if named { self.rest.find(":]").map(|end| end + 2) } else { None };
        self.copy(end.unwrap_or(next.len_utf8()))
    }
}

/// Returns true if Go knows a class of characters (`unicode.Categories` and `unicode.Scripts` of Go 1.26).
fn is_class_of_go(name: &str) -> bool {
    CATEGORIES.contains(&name) || SCRIPTS.contains(&name) || name == "Any"
}

const CATEGORIES: &[&str] = &[
    "C", "Cc", "Cf", "Cn", "Co", "Cs", "L", "LC", "Ll", "Lm", "Lo", "Lt", "Lu", "M", "Mc", "Me", "Mn", "N",
    "Nd", "Nl", "No", "P", "Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "S", "Sc", "Sk", "Sm", "So", "Z", "Zl",
    "Zp", "Zs",
];

const SCRIPTS: &[&str] = &[
    "Adlam",
    "Ahom",
    "Anatolian_Hieroglyphs",
    "Arabic",
    "Armenian",
    "Avestan",
    "Balinese",
    "Bamum",
    "Bassa_Vah",
    "Batak",
    "Bengali",
    "Bhaiksuki",
    "Bopomofo",
    "Brahmi",
    "Braille",
    "Buginese",
    "Buhid",
    "Canadian_Aboriginal",
    "Carian",
    "Caucasian_Albanian",
    "Chakma",
    "Cham",
    "Cherokee",
    "Chorasmian",
    "Common",
    "Coptic",
    "Cuneiform",
    "Cypriot",
    "Cypro_Minoan",
    "Cyrillic",
    "Deseret",
    "Devanagari",
    "Dives_Akuru",
    "Dogra",
    "Duployan",
    "Egyptian_Hieroglyphs",
    "Elbasan",
    "Elymaic",
    "Ethiopic",
    "Georgian",
    "Glagolitic",
    "Gothic",
    "Grantha",
    "Greek",
    "Gujarati",
    "Gunjala_Gondi",
    "Gurmukhi",
    "Han",
    "Hangul",
    "Hanifi_Rohingya",
    "Hanunoo",
    "Hatran",
    "Hebrew",
    "Hiragana",
    "Imperial_Aramaic",
    "Inherited",
    "Inscriptional_Pahlavi",
    "Inscriptional_Parthian",
    "Javanese",
    "Kaithi",
    "Kannada",
    "Katakana",
    "Kawi",
    "Kayah_Li",
    "Kharoshthi",
    "Khitan_Small_Script",
    "Khmer",
    "Khojki",
    "Khudawadi",
    "Lao",
    "Latin",
    "Lepcha",
    "Limbu",
    "Linear_A",
    "Linear_B",
    "Lisu",
    "Lycian",
    "Lydian",
    "Mahajani",
    "Makasar",
    "Malayalam",
    "Mandaic",
    "Manichaean",
    "Marchen",
    "Masaram_Gondi",
    "Medefaidrin",
    "Meetei_Mayek",
    "Mende_Kikakui",
    "Meroitic_Cursive",
    "Meroitic_Hieroglyphs",
    "Miao",
    "Modi",
    "Mongolian",
    "Mro",
    "Multani",
    "Myanmar",
    "Nabataean",
    "Nag_Mundari",
    "Nandinagari",
    "New_Tai_Lue",
    "Newa",
    "Nko",
    "Nushu",
    "Nyiakeng_Puachue_Hmong",
    "Ogham",
    "Ol_Chiki",
    "Old_Hungarian",
    "Old_Italic",
    "Old_North_Arabian",
    "Old_Permic",
    "Old_Persian",
    "Old_Sogdian",
    "Old_South_Arabian",
    "Old_Turkic",
    "Old_Uyghur",
    "Oriya",
    "Osage",
    "Osmanya",
    "Pahawh_Hmong",
    "Palmyrene",
    "Pau_Cin_Hau",
    "Phags_Pa",
    "Phoenician",
    "Psalter_Pahlavi",
    "Rejang",
    "Runic",
    "Samaritan",
    "Saurashtra",
    "Sharada",
    "Shavian",
    "Siddham",
    "SignWriting",
    "Sinhala",
    "Sogdian",
    "Sora_Sompeng",
    "Soyombo",
    "Sundanese",
    "Syloti_Nagri",
    "Syriac",
    "Tagalog",
    "Tagbanwa",
    "Tai_Le",
    "Tai_Tham",
    "Tai_Viet",
    "Takri",
    "Tamil",
    "Tangsa",
    "Tangut",
    "Telugu",
    "Thaana",
    "Thai",
    "Tibetan",
    "Tifinagh",
    "Tirhuta",
    "Toto",
    "Ugaritic",
    "Vai",
    "Vithkuqi",
    "Wancho",
    "Warang_Citi",
    "Yezidi",
    "Yi",
    "Zanabazar_Square",
];

/// The position of the reader with regard to character classes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    Outside,
    /// At the first character of a class, where `]` is plain.
    First,
    Inside,
}

impl Class {
    fn enter(self) -> Self {
        if self == Self::Outside { Self::Outside } else { Self::Inside }
    }
}

/// Reads `{n}`, `{n,}` or `{n,m}`, and returns its length and its greatest number.
fn read_repetition(text: &str) -> Option<(usize, u32)> {
    let end = text.find('}')?;
    let inside = text.get(1..end)?;
    let (least, most) = inside.split_once(',').unwrap_or((inside, inside));
    let number = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
    if least.is_empty() || !number(least) || !number(most) {
        return None;
    }
    let count = |digits: &str| digits.parse().unwrap_or(if digits.is_empty() { 0 } else { u32::MAX });
    Some((end + 1, count(least).max(count(most))))
}

#[cfg(test)]
mod tests {
    use super::is_refused;

    #[test]
    fn only_what_go_refuses_is_refused() {
        let fine = [
            "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
            "^(\\d+)(ms|s|m|h)$",
            "a{2,5}?",
            "{name}",
            "x{,5}",
            "[[]",
            "[]a]",
            "[a&&b~~c]",
            "[[:alpha:]_]+",
            "\\Qa+\\E",
            "a*?",
            "(?i)^x$",
            "\\p{Greek}",
            "[^]]",
        ];
        fine.iter().for_each(|pattern| assert!(!is_refused(pattern), "{pattern}"));
        let refused =
            ["+", "[", "(a", "*a", "a**", "x{1001}", "\\p{Foo}", "\\C", "a)", "[b-a]", "(?=a)", "x{2}{3}"];
        refused.iter().for_each(|pattern| assert!(is_refused(pattern), "{pattern}"));
    }
}
