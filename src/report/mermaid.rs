//! New grants and exposures as one graph, in Mermaid's flowchart language.
//!
//! In: the edges that findings carry. Out: a fenced block. Never: a word of the change outside a quoted label.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::entry::{Consequence, ReportEntry};
use super::escape::terminal;
use super::length::cut;
use crate::finding::{Edge, Station, StationKind};

/// The most stations of a graph. A reader cannot take in more.
const STATIONS: usize = 30;
const EDGES: usize = 90;
/// The most characters of a label.
const LABEL: usize = 60;

/// A station and its cluster. The same name in two clusters is two stations.
type GraphNode<'a> = (&'a str, &'a Station);

/// Draws the graph, with a line for what it leaves out. Empty if nothing is granted or exposed.
pub(super) fn draw_graph(entries: &[ReportEntry<'_>]) -> String {
    let steps = collect_edges(entries);
    if steps.is_empty() {
        return String::new();
    }
    let mut graph = Graph::default();
    steps.iter().for_each(|step| graph.add(step));
    graph.fenced()
}

/// One edge in one cluster, with the consequence of its worst finding.
struct GraphEdge<'a> {
    cluster: &'a str,
    edge: &'a Edge,
    consequence: Consequence,
}

/// Collects each edge once, those of blocking findings first.
fn collect_edges<'a>(entries: &[ReportEntry<'a>]) -> Vec<GraphEdge<'a>> {
    let mut said = BTreeSet::new();
    let all = entries.iter().flat_map(|entry| {
        let finding = &entry.judged.finding;
        let cluster = finding.cluster().map_or("default", |cluster| cluster.as_str());
        finding.path.iter().map(move |edge| GraphEdge { cluster, edge, consequence: entry.consequence })
    });
    all.filter(|step| said.insert((step.cluster, step.edge))).collect()
}

#[derive(Default)]
struct Graph<'a> {
    numbers: BTreeMap<GraphNode<'a>, usize>,
    /// The stations, in the order in which they were added.
    stations: Vec<(GraphNode<'a>, Consequence)>,
    edges: Vec<String>,
    left_out: usize,
}

impl<'a> Graph<'a> {
    fn add(&mut self, step: &GraphEdge<'a>) {
        let ends = [(step.cluster, &step.edge.from), (step.cluster, &step.edge.to)];
        let new = ends.iter().filter(|place| !self.numbers.contains_key(*place)).count();
        if self.stations.len() + new > STATIONS || self.edges.len() == EDGES {
            self.left_out += 1;
            return;
        }
        let [from, to] = ends.map(|place| self.number(place, step.consequence));
        self.edges.push(format!("n{from} -->|\"{}\"| n{to}", step.edge.relation.as_str()));
    }

    fn number(&mut self, place: GraphNode<'a>, consequence: Consequence) -> usize {
        let next = self.stations.len();
        let number = *self.numbers.entry(place).or_insert(next);
        if number == next {
            self.stations.push((place, consequence));
        }
        number
    }

    fn fenced(&self) -> String {
        let mut text = String::from("\n```mermaid\nflowchart LR\n");
        let clusters: BTreeSet<&str> = self.stations.iter().map(|((cluster, _), _)| *cluster).collect();
        for (index, cluster) in clusters.iter().enumerate() {
            let _ =
                writeln!(text, "  subgraph c{index}[\"cluster {}\"]\n    direction LR", quote_label(cluster));
            let numbered = self.stations.iter().enumerate();
            let own = numbered.filter(|(_, ((of, _), _))| of == cluster);
            own.for_each(|(number, ((_, station), consequence))| {
                push_station(&mut text, number, station, *consequence);
            });
            text.push_str("  end\n");
        }
        self.edges.iter().for_each(|edge| text.extend(["  ", edge, "\n"]));
        text.push_str("  classDef blocks stroke:#cf222e,stroke-width:3px\n```\n");
        if self.left_out > 0 {
            let _ = writeln!(text, "\n{} more steps are not drawn; they are not more severe.", self.left_out);
        }
        text
    }
}

fn push_station(text: &mut String, number: usize, station: &Station, consequence: Consequence) {
    let (open, close) = shape_of(station.kind);
    let class = match consequence {
        Consequence::Blocks => ":::blocks",
        Consequence::Forced | Consequence::Warns | Consequence::Approved | Consequence::Waived => "",
    };
    let _ = writeln!(text, "    n{number}{open}\"{}\"{close}{class}", quote_label(&station.name));
}

fn shape_of(kind: StationKind) -> (&'static str, &'static str) {
    match kind {
        StationKind::Subject | StationKind::Outside => ("([", "])"),
        StationKind::Binding | StationKind::Service => ("[", "]"),
        StationKind::Role => ("[[", "]]"),
        StationKind::Permission => ("{{", "}}"),
        StationKind::Workload => ("(", ")"),
    }
}

/// Writes a name inside a quoted label. Everything but letters, digits and spaces becomes one of Mermaid's entities,
/// so that no label ends early, is read as Markdown or an icon, opens a directive or closes the fence.
fn quote_label(name: &str) -> String {
    let mut escaped = String::with_capacity(name.len() * 2);
    for character in terminal(&cut(name, LABEL)).chars() {
        match character {
            ' ' => escaped.push(' '),
            other if other.is_alphanumeric() => escaped.push(other),
            other => {
                let _ = write!(escaped, "#{};", u32::from(other));
            }
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::quote_label;

    #[test]
    fn a_label_holds_letters_digits_spaces_and_entities_only() {
        assert_eq!(
            quote_label("User a\"] --> x\n```"),
            "User a#34;#93; #45;#45;#62; x#92;u#123;a#125;#96;#96;#96;"
        );
        assert_eq!(
            quote_label("#quot; %%{init} fa:fa-ban"),
            "#35;quot#59; #37;#37;#123;init#125; fa#58;fa#45;ban"
        );
        assert_eq!(quote_label("größe\u{202e}"), "größe#92;u#123;202e#125;");
        assert_eq!(quote_label(&"x".repeat(100)).chars().filter(|one| *one == 'x').count(), 59);
    }
}
