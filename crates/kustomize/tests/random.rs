//! Random bases, overlays and patches give what the real kustomize gives.
//!
//! Ignored by default: it needs the tool. `KUSTOMIZE=/path/to/kustomize cargo test -p kustomize --test random --
//! --ignored` compares 500 trees; `CASES` and `SEED` in the environment name another number and another start.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "clippy exempts test functions only, not what they call"
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use kube_manifest::{Limits, Node, documents};
use kustomize::{MemoryTree, RenderOptions, Renderer, to_yaml};
use source_files::RepoPath;

/// Random numbers (xorshift64*), the same for the same seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let value = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(value).unwrap() % sides
    }

    fn one_in(&mut self, sides: usize) -> bool {
        self.roll(sides) == 0
    }

    fn pick<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.roll(choices.len())]
    }
}

/// The files of a tree.
type Files = BTreeMap<String, String>;

const NAMES: [&str; 3] = ["web", "api", "settings"];
const SCALARS: [&str; 16] = [
    "text",
    "\"quoted\"",
    "7",
    "\"7\"",
    "1.50",
    "true",
    "\"true\"",
    "null",
    "~",
    "''",
    "2001-01-01",
    "0x1F",
    "1e3",
    "'a: b'",
    "on",
    "a-b_c",
];
const KINDS: [(&str, &str); 9] = [
    ("apps/v1", "Deployment"),
    ("apps/v1", "StatefulSet"),
    ("v1", "Service"),
    ("v1", "ConfigMap"),
    ("v1", "Secret"),
    ("v1", "ServiceAccount"),
    ("rbac.authorization.k8s.io/v1", "RoleBinding"),
    ("rbac.authorization.k8s.io/v1", "ClusterRole"),
    ("example.org/v1", "Widget"),
];

/// Lists that merge, with the fields of their elements.
fn element(dice: &mut Dice, list: &str) -> String {
    let name = dice.pick(&["a", "b", "c"]);
    let directive = if dice.one_in(8) {
        dice.pick(&["$patch: delete, ", "$patch: replace, ", "$patch: merge, "])
    } else {
        ""
    };
    let scalar = dice.pick(&SCALARS);
    let port = dice.pick(&["80", "81", "\"80\""]);
    match list {
        "env" => format!("{{{directive}name: {name}, value: {scalar}}}"),
        "ports" if dice.one_in(3) => format!("{{{directive}containerPort: {port}}}"),
        "ports" => format!(
            "{{{directive}containerPort: {port}, protocol: {}, name: {name}}}",
            dice.pick(&["TCP", "UDP"])
        ),
        "volumeMounts" => format!("{{{directive}mountPath: /{name}, name: {name}}}"),
        "volumes" => format!(
            "{{{directive}name: {name}, {}}}",
            dice.pick(&[
                "emptyDir: {}",
                "configMap: {name: settings}",
                "secret: {secretName: web}",
                "configMap: null"
            ])
        ),
        "args" => scalar.to_owned(),
        "imagePullSecrets" => format!("{{{directive}name: {}}}", dice.pick(&NAMES)),
        "tolerations" => format!("{{key: {name}, value: {scalar}}}"),
        _ => format!("{{{directive}name: {name}, {}}}", container(dice)),
    }
}

fn list(dice: &mut Dice, name: &str) -> String {
    let mut items: Vec<String> = (0..dice.roll(4)).map(|_| element(dice, name)).collect();
    if dice.one_in(20) {
        items.insert(0, dice.pick(&["{$patch: replace}", "{$patch: delete}", "{$patch: merge}"]).to_owned());
    }
    format!("{name}: [{}]", items.join(", "))
}

fn container(dice: &mut Dice) -> String {
    let image = dice.pick(&["nginx:1", "nginx", "host:5000/api@sha256:00", "redis"]);
    let mut fields = vec![format!("image: '{image}'")];
    for field in ["env", "ports", "volumeMounts", "args"] {
        if dice.one_in(3) {
            fields.push(list(dice, field));
        }
    }
    if dice.one_in(6) {
        fields.push("envFrom: [{configMapRef: {name: settings}}, {secretRef: {name: web}}]".to_owned());
    }
    fields.join(", ")
}

fn pod(dice: &mut Dice) -> String {
    let mut fields = vec![list(dice, "containers")];
    for field in ["initContainers", "volumes", "imagePullSecrets", "tolerations"] {
        if dice.one_in(3) {
            fields.push(list(dice, field));
        }
    }
    if dice.one_in(4) {
        fields.push(format!("serviceAccountName: {}", dice.pick(&NAMES)));
    }
    format!("{{{}}}", fields.join(", "))
}

fn map(dice: &mut Dice) -> String {
    let mut entries = Vec::new();
    for key in ["a", "b", "example.org/c"] {
        if dice.one_in(2) {
            entries.push(format!("{key}: {}", dice.pick(&SCALARS)));
        }
    }
    if dice.one_in(12) {
        entries.push("$patch: replace".to_owned());
    }
    format!("{{{}}}", entries.join(", "))
}

/// The content of an object or of a patch for one.
fn content(dice: &mut Dice, kind: &str) -> String {
    let mut text = String::new();
    match kind {
        "Deployment" | "StatefulSet" => {
            let _ = write!(text, "spec:\n  template:\n    spec: {}\n", pod(dice));
            if dice.one_in(2) {
                let _ = writeln!(text, "  replicas: {}", dice.pick(&["1", "2", "null", "\"3\""]));
            }
            if dice.one_in(3) {
                let _ = writeln!(text, "  selector: {{matchLabels: {}}}", map(dice));
            }
        }
        "Service" => {
            let protocol = dice.pick(&["", ", protocol: UDP", ", protocol: TCP"]);
            let _ = writeln!(
                text,
                "spec: {{ports: [{{port: 80{protocol}, name: {}}}], selector: {}}}",
                dice.pick(&NAMES),
                map(dice)
            );
        }
        "ConfigMap" => {
            let _ = writeln!(text, "data: {}", map(dice));
        }
        "Secret" => {
            let _ = writeln!(text, "{}: {}", dice.pick(&["data", "stringData"]), map(dice));
        }
        "RoleBinding" => {
            let _ = writeln!(
                text,
                "roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: {}, name: {}}}",
                dice.pick(&["ClusterRole", "Role"]),
                dice.pick(&NAMES)
            );
            let namespace = dice.pick(&["", ", namespace: default", ", namespace: team"]);
            let _ = writeln!(
                text,
                "subjects: [{{kind: ServiceAccount, name: {}{namespace}}}]",
                dice.pick(&["web", "default", "other"])
            );
        }
        "Widget" => {
            let _ = writeln!(
                text,
                "spec: {{parts: [{{name: a, size: {}}}], extra: {}, containers: [{{image: nginx}}]}}",
                dice.pick(&SCALARS),
                map(dice)
            );
        }
        _ => {}
    }
    text
}

fn head(dice: &mut Dice, (version, kind): (&str, &str), name: &str) -> String {
    let mut text = format!("apiVersion: {version}\nkind: {kind}\nmetadata:\n  name: {name}\n");
    if dice.one_in(4) {
        let _ = writeln!(text, "  labels: {}", map(dice));
    }
    if dice.one_in(4) {
        let _ = writeln!(text, "  annotations: {}", map(dice));
    }
    if dice.one_in(15) {
        let _ = writeln!(text, "  namespace: {}", dice.pick(&["team", "default", "other"]));
    }
    if dice.one_in(30) {
        let _ = writeln!(text, "  finalizers: [{}]", dice.pick(&["a", "a, b", "c"]));
    }
    text
}

fn json_patch(dice: &mut Dice, kind: &str) -> String {
    let own: &[&str] = match kind {
        "Deployment" | "StatefulSet" => {
            &["/spec/replicas", "/spec/template/spec/containers/-", "/spec/template/spec/containers/0"]
        }
        "ConfigMap" => &["/data/a", "/data/new"],
        "Service" => &["/spec/ports/0/name", "/spec/ports/-"],
        _ => &["/metadata/name"],
    };
    let common = ["/metadata/labels", "/metadata/annotations", "/extra"];
    let path = if dice.one_in(3) { dice.pick(&common) } else { dice.pick(own) };
    let value = dice.pick(&["text", "7", "{name: d, image: new}", "[1, {a: b}]", "null", "'true'"]);
    format!(
        "- {{op: {}, path: {path}, value: {value}}}\n",
        dice.pick(&["add", "add", "add", "replace", "replace", "remove"])
    )
}

/// Kind and name.
type Object = ((&'static str, &'static str), &'static str);

/// Settings of a kustomization, and the files that they name.
fn settings(dice: &mut Dice, folder: &str, objects: &[Object], files: &mut Files) -> String {
    let mut text = String::new();
    let simple = [
        ("namePrefix: p-\n", 4),
        ("nameSuffix: -s\n", 5),
        ("namespace: team\n", 4),
        ("namespace: other\n", 12),
        ("commonLabels: {x: z}\n", 6),
        ("commonAnnotations: {x: z}\n", 6),
        ("labels: [{pairs: {l: m}, includeTemplates: true}]\n", 6),
        ("labels: [{pairs: {l: m}}]\n", 12),
        ("images: [{name: nginx, newTag: '2'}, {name: host:5000/api, newName: other}]\n", 5),
        ("replicas: [{name: web, count: 5}]\n", 20),
        ("generatorOptions: {labels: {g: h}}\n", 8),
        ("sortOptions: {order: fifo}\n", 12),
        ("vars: [{name: V, objref: {apiVersion: v1, kind: Service, name: web}}]\n", 25),
        (
            "replacements: [{source: {kind: ConfigMap, fieldPath: metadata.name}, targets: [{select: {kind: Deployment}, fieldPaths: [metadata.labels.made], options: {create: true}}]}]\n",
            10,
        ),
    ];
    let mut fields = std::collections::HashSet::new();
    for (line, chance) in simple {
        if dice.one_in(chance) && fields.insert(line.split(':').next()) {
            text.push_str(line);
        }
    }
    if dice.one_in(3) {
        let behavior =
            if dice.one_in(3) { dice.pick(&[", behavior: merge", ", behavior: replace"]) } else { "" };
        let hash = if dice.one_in(3) { ", options: {disableNameSuffixHash: true}" } else { "" };
        let _ = writeln!(
            text,
            "configMapGenerator: [{{name: settings, literals: [a=1, m={}]{behavior}{hash}}}]",
            dice.pick(&["x", "<&>", "'q'"])
        );
    }
    let mut patches = String::new();
    for index in 0..dice.roll(3) {
        let (kind, name) = objects[dice.roll(objects.len())];
        if dice.one_in(4) {
            files.insert(format!("{folder}/json{index}.yaml"), json_patch(dice, kind.1));
            let _ = writeln!(patches, "- {{path: json{index}.yaml, target: {{kind: {}}}}}", kind.1);
            continue;
        }
        let delete = if dice.one_in(12) { "$patch: delete\n" } else { "" };
        let patch = format!("{}{}{delete}", head(dice, kind, name), content(dice, kind.1));
        files.insert(format!("{folder}/patch{index}.yaml"), patch);
        let target = if dice.one_in(2) { format!(", target: {{kind: {}}}", kind.1) } else { String::new() };
        let _ = writeln!(patches, "- {{path: patch{index}.yaml{target}}}");
    }
    if !patches.is_empty() {
        let _ = write!(text, "patches:\n{patches}");
    }
    text
}

fn tree(dice: &mut Dice) -> Files {
    let mut files = Files::new();
    let (mut resources, mut objects) = (String::new(), Vec::<Object>::new());
    for index in 0..=dice.roll(4) {
        let kind = KINDS[dice.roll(KINDS.len())];
        let name = NAMES[dice.roll(NAMES.len())];
        if objects.contains(&(kind, name)) {
            continue;
        }
        objects.push((kind, name));
        let object = format!("{}{}", head(dice, kind, name), content(dice, kind.1));
        files.insert(format!("base/o{index}.yaml"), object);
        let _ = writeln!(resources, "- o{index}.yaml");
    }
    let own = settings(dice, "base", &objects, &mut files);
    files.insert("base/kustomization.yaml".to_owned(), format!("resources:\n{resources}{own}"));
    let own = settings(dice, "overlay", &objects, &mut files);
    let mut overlay = format!("resources:\n- ../base\n{own}");
    if dice.one_in(4) {
        let own = settings(dice, "component", &objects, &mut files);
        let component = format!(
            "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nnameSuffix: ''\nlabels: []\n{own}"
        );
        let component = if own.contains("labels:") || own.contains("nameSuffix") {
            component.replacen("nameSuffix: ''\nlabels: []\n", "", 1)
        } else {
            component
        };
        files.insert("component/kustomization.yaml".to_owned(), component);
        overlay.push_str("components: [../component]\n");
    }
    files.insert("overlay/kustomization.yaml".to_owned(), overlay);
    files
}

/// What the tool prints, or nothing if it refuses.
fn real(program: &str, folder: &Path) -> Result<Vec<Node>, String> {
    let done =
        Command::new(program).arg("build").arg(folder.join("overlay")).output().expect("kustomize runs");
    if !done.status.success() {
        return Err(String::from_utf8_lossy(&done.stderr).into_owned());
    }
    let (_, nodes, problems) = documents(done.stdout, &Limits::default());
    assert!(problems.is_empty(), "{problems:?}");
    Ok(nodes)
}

fn ours(files: &Files) -> Result<Vec<Node>, String> {
    let mut tree = MemoryTree::new();
    for (path, text) in files {
        tree.add(RepoPath::new(path), text.as_bytes());
    }
    let rendering = Renderer::new(&tree).render(&RepoPath::new("overlay"), RenderOptions::default());
    let rendering = rendering.map_err(|error| error.to_string())?;
    Ok(rendering.objects.into_iter().map(|object| object.node).collect())
}

fn compare(program: &str, seed: u64) -> Option<String> {
    let files = tree(&mut Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1));
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in &files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let (real, ours) = (real(program, folder.path()), ours(&files));
    let text = |outcome: &Result<Vec<Node>, String>| match outcome {
        Ok(nodes) => to_yaml(nodes.iter(), &|_| None),
        Err(reason) => format!("refused: {reason}\n"),
    };
    let is_same = match (&real, &ours) {
        (Ok(real), Ok(ours)) => real == ours,
        (Err(_), Err(_)) => true,
        (Ok(_), Err(_)) | (Err(_), Ok(_)) => false,
    };
    if is_same {
        return None;
    }
    let tree: Vec<String> = files.iter().map(|(path, text)| format!("== {path}\n{text}")).collect();
    Some(format!("seed {seed}\n{}\n-- kustomize\n{}-- ours\n{}", tree.join(""), text(&real), text(&ours)))
}

#[test]
#[ignore = "it needs the real kustomize, named by KUSTOMIZE"]
fn random_trees_give_what_kustomize_gives() {
    let program = std::env::var("KUSTOMIZE").expect("KUSTOMIZE names the program");
    let number = |name: &str, other| std::env::var(name).map_or(other, |text| text.parse().unwrap());
    let (start, count): (u64, u64) = (number("SEED", 0), number("CASES", 500));
    let half = |rest: u64| {
        let seeds = (start..start + count).filter(|seed| seed % 2 == rest);
        seeds.filter_map(|seed| compare(&program, seed)).collect::<Vec<_>>()
    };
    let halves = std::thread::scope(|scope| {
        let other = scope.spawn(|| half(1));
        let mut failures = half(0);
        failures.extend(other.join().unwrap());
        failures
    });
    assert!(halves.is_empty(), "{} of {count} trees differ:\n{}", halves.len(), halves.join("\n"));
}

/// What is random here is mostly accepted: a comparison of refusals would prove little.
#[test]
fn random_trees_are_mostly_rendered() {
    let rendered = (0..200)
        .filter(|seed: &u64| ours(&tree(&mut Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1))).is_ok())
        .count();
    assert!(rendered > 80, "{rendered} of 200 are rendered");
}
