//! What the store says of small objects.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::{Candidate, ObjectPart, Outcome, SchemaStore, ViolationKind};
use kube_manifest::{Entry, Node, Object, Value};
use kube_model::{ClusterName, KubernetesVersion};
use source_files::Span;

fn node(json: &Json) -> Node {
    let value = match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(number) => match number.as_i64() {
            Some(integer) => Value::Integer(integer),
            None => Value::Float(number.as_f64().unwrap()),
        },
        Json::String(text) => Value::String(text.as_str().into()),
        Json::Array(items) => Value::Sequence(items.iter().map(node).collect()),
        Json::Object(entries) => Value::Mapping(
            entries
                .iter()
                .map(|(key, value)| Entry {
                    key: key.as_str().into(),
                    key_span: Span::default(),
                    value: node(value),
                })
                .collect(),
        ),
    };
    Node::new(Span::default(), value)
}

/// A whole object for a cluster.
struct Sample {
    object: Arc<Object>,
    cluster: ClusterName,
}

impl Sample {
    fn new(json: &Json, cluster: &str) -> Self {
        let object = Arc::new(Object::new(Arc::default(), Arc::default(), node(json)));
        Self { object, cluster: ClusterName::new(cluster) }
    }

    fn candidate(&self) -> Candidate<'_> {
        Candidate { object: &self.object, cluster: &self.cluster, part: ObjectPart::Whole }
    }
}

fn store_of(definition: &Json) -> SchemaStore {
    SchemaStore::of(&[], &[Sample::new(definition, "default").candidate()])
}

fn validate(json: &Json) -> Outcome {
    SchemaStore::new()
        .validate(&Sample::new(json, "default").candidate(), &[KubernetesVersion::parse("1.36").unwrap()])
}

fn find_nearest(json: &Json) -> Option<String> {
    SchemaStore::new()
        .nearest_kind(&Sample::new(json, "default").candidate(), &[KubernetesVersion::parse("1.36").unwrap()])
}

fn messages(outcome: &Outcome) -> Vec<&str> {
    outcome.violations().iter().map(|violation| violation.message.as_str()).collect()
}

fn deployment(spec: &Json) -> Json {
    let mut full = json!({
        "selector": {"matchLabels": {"app": "a"}},
        "template": {"metadata": {"labels": {"app": "a"}}, "spec": {"containers": [{"name": "a", "image": "a:1"}]}},
    });
    full.as_object_mut().unwrap().extend(spec.as_object().unwrap().clone());
    json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a"}, "spec": full})
}

#[test]
fn a_usual_object_with_nulls_is_valid_in_every_version() {
    let object = deployment(&json!({"replicas": 3, "strategy": null, "minReadySeconds": null}));
    let versions: Vec<_> = KubernetesVersion::all().collect();
    let outcome = SchemaStore::new().validate(&Sample::new(&object, "default").candidate(), &versions);
    assert_eq!(outcome, Outcome::Valid);
}

#[test]
fn wrong_types_ranges_and_fields_are_named() {
    assert_eq!(
        messages(&validate(&deployment(&json!({"replicas": "3"})))),
        ["spec.replicas must be a whole number, not the text \"3\""]
    );
    assert_eq!(
        messages(&validate(&deployment(&json!({"replicas": 3_000_000_000_i64})))),
        ["spec.replicas is 3000000000, which is greater than 2147483647, the limit of a 32-bit number"]
    );
    assert_eq!(
        messages(&validate(&deployment(&json!({"replcias": 3})))),
        ["there is no field spec.replcias; did you mean `replicas`?"]
    );
    let nameless = json!({"template": {"spec": {"containers": [{"image": "a:1"}]}}});
    assert_eq!(
        messages(&validate(&deployment(&nameless))),
        ["spec.template.spec.containers[0] lacks the field `name`"]
    );
}

#[test]
fn quantities_and_int_or_string_admit_null_text_and_numbers() {
    let resources = |limits: Json| json!({"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "a"}, "spec": {"hard": limits}});
    assert_eq!(validate(&resources(json!({"cpu": 2, "memory": "1Gi", "pods": null}))), Outcome::Valid);
    assert_eq!(
        messages(&validate(&resources(json!({"memory": "1GB"})))),
        ["spec.hard.memory is \"1GB\", which is not a quantity such as 250m, 2 or 512Mi"]
    );
    let service = |port: Json| {
        json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a"},
               "spec": {"ports": [{"port": 80, "targetPort": port}]}})
    };
    assert_eq!(validate(&service(json!("http"))), Outcome::Valid);
    assert_eq!(validate(&service(json!(8080))), Outcome::Valid);
    assert_eq!(validate(&service(Json::Null)), Outcome::Valid);
    assert_eq!(validate(&service(json!(80.5))).violations().len(), 1);
    assert_eq!(validate(&service(json!(3_000_000_000_i64))).violations().len(), 1);
}

#[test]
fn values_of_secrets_are_never_quoted() {
    let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"},
                        "data": {"password": "hunter2"}, "stringData": {"pin": 987_654}, "type": 12});
    let outcome = validate(&secret);
    assert_eq!(outcome.violations().len(), 3);
    assert!(messages(&outcome).iter().all(|text| !text.contains("hunter2") && !text.contains("987654")));
}

#[test]
fn unknown_kinds_say_where_they_are_served() {
    let old =
        json!({"apiVersion": "policy/v1beta1", "kind": "PodDisruptionBudget", "metadata": {"name": "a"}});
    let Outcome::UnknownKind { unknown, .. } = validate(&old) else { panic!("it was removed in 1.25") };
    assert!(unknown.owned_by_kubernetes);
    assert_eq!(find_nearest(&old).as_deref(), Some("policy/v1 PodDisruptionBudget"));
    let slip = json!({"apiVersion": "v1", "kind": "Sevice", "metadata": {"name": "a"}});
    assert!(matches!(validate(&slip), Outcome::UnknownKind { .. }));
    assert_eq!(find_nearest(&slip).as_deref(), Some("v1 Service"));
    let custom = json!({"apiVersion": "example.org/v1", "kind": "Thing", "metadata": {"name": "a"}});
    let Outcome::UnknownKind { unknown, .. } = validate(&custom) else { panic!("no definition") };
    assert!(!unknown.owned_by_kubernetes);
}

fn definition(group: &str, schema: &Json) -> Json {
    json!({"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
           "metadata": {"name": format!("widgets.{group}")},
           "spec": {"group": group, "names": {"kind": "Widget", "plural": "widgets"}, "scope": "Namespaced",
                    "versions": [{"name": "v1", "served": true, "storage": true,
                                  "schema": {"openAPIV3Schema": schema}}]}})
}

fn widget(spec: &Json) -> Json {
    json!({"apiVersion": "example.org/v1", "kind": "Widget", "metadata": {"name": "a"}, "spec": spec})
}

fn validate_widget(schema: &Json, spec: &Json) -> Outcome {
    let schema = json!({"type": "object", "properties": {"spec": schema}});
    let store = store_of(&definition("example.org", &schema));
    store.validate(&Sample::new(&widget(spec), "default").candidate(), &[KubernetesVersion::NEWEST])
}

#[test]
fn custom_resources_are_judged_by_their_definition() {
    let schema = json!({"type": "object", "required": ["size", "colour"], "properties": {
        "size": {"type": "integer", "format": "int32", "minimum": 0, "exclusiveMinimum": true},
        "colour": {"type": "string", "default": "red", "pattern": "^[a-z]+$"},
        "port": {"x-kubernetes-int-or-string": true},
        "note": {"type": "string"},
        "extra": {"type": "object", "x-kubernetes-preserve-unknown-fields": true, "properties": {"n": {"type": "integer"}}},
        "template": {"type": "object", "x-kubernetes-embedded-resource": true, "x-kubernetes-preserve-unknown-fields": true},
    }});
    let valid = json!({"size": 1, "port": "http", "note": null, "extra": {"any": 1, "n": 2}});
    assert_eq!(validate_widget(&schema, &valid), Outcome::Valid);
    let count = |spec: Json| validate_widget(&schema, &spec).violations().len();
    assert_eq!(count(json!({"size": 0})), 1);
    assert_eq!(count(json!({"size": null})), 1);
    // Of whole numbers, whatever their format, 64 bits are read.
    assert_eq!(count(json!({"size": 5_000_000_000_i64})), 0);
    assert_eq!(count(json!({"size": 10_000_000_000_000_000_000_u64})), 1);
    assert_eq!(count(json!({"size": 1, "colour": "RED"})), 1);
    assert_eq!(count(json!({"size": 1, "port": true})), 1);
    assert_eq!(count(json!({"size": 1, "extra": {"n": "x"}})), 1);
    assert_eq!(count(json!({"size": 1, "template": {"kind": "Pod"}})), 1);
    let unknown = validate_widget(&schema, &json!({"size": 1, "color": "red"}));
    assert!(matches!(&unknown.violations()[0].kind,
        ViolationKind::UnknownField { nearest: Some(nearest), .. } if nearest == "colour"));
}

#[test]
fn metadata_of_custom_resources_is_judged_too() {
    let schema =
        json!({"type": "object", "properties": {"metadata": {"type": "object"}, "spec": {"type": "object"}}});
    let store = store_of(&definition("example.org", &schema));
    let object = json!({"apiVersion": "example.org/v1", "kind": "Widget", "metadata": {"nmae": "a"}});
    let outcome = store.validate(&Sample::new(&object, "default").candidate(), &[KubernetesVersion::NEWEST]);
    assert_eq!(messages(&outcome), ["there is no field metadata.nmae; did you mean `name`?"]);
}

#[test]
fn a_definition_that_cannot_be_used_never_passes_an_object() {
    for schema in
        [json!({"type": "string", "pattern": "(?=x)y"}), json!({"type": "nonsense"}), json!({"$ref": "#/x"})]
    {
        assert!(matches!(validate_widget(&schema, &json!("y")), Outcome::Unusable(_)), "{schema}");
    }
}

#[test]
fn a_definition_cannot_speak_for_kubernetes_own_groups() {
    let schema = json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true});
    let store = store_of(&definition("apps", &schema));
    let object = json!({"apiVersion": "apps/v1", "kind": "Widget", "metadata": {"name": "a"}});
    let outcome = store.validate(&Sample::new(&object, "default").candidate(), &[KubernetesVersion::NEWEST]);
    assert!(matches!(outcome, Outcome::UnknownKind { .. }));
}

#[test]
fn the_new_definition_counts_and_a_second_one_cannot_soften_it() {
    let closed = |name: &str| json!({"type": "object", "properties": {"spec": {"type": "object", "properties": {name: {"type": "string"}}}}});
    let old = Sample::new(&definition("example.org", &closed("old")), "default");
    let lax = json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true});
    let new = [
        Sample::new(&definition("example.org", &closed("new")), "default"),
        Sample::new(&definition("example.org", &lax), "default"),
        Sample::new(&definition("example.org", &lax), "elsewhere"),
    ];
    let new: Vec<_> = new.iter().map(Sample::candidate).collect();
    let store = SchemaStore::of(&[old.candidate()], &new);
    let judge = |spec: Json| {
        store.validate(&Sample::new(&widget(&spec), "default").candidate(), &[KubernetesVersion::NEWEST])
    };
    assert_eq!(judge(json!({"new": "x"})), Outcome::Valid);
    assert_eq!(judge(json!({"old": "x"})).violations().len(), 1);
}
