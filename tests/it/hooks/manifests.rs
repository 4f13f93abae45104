//! The manifests and policies that the tests push.

/// Where the Service stands.
pub(crate) const SERVICE_PATH: &str = "prod/frontend.yaml";

/// A Service inside the cluster.
pub(crate) const SERVICE: &str = "\
apiVersion: v1
kind: Service
metadata:
  name: frontend
  namespace: shop
spec:
  type: ClusterIP
  ports:
  - port: 80
  selector:
    app: frontend
";

/// The same Service with a port on every node: `node-port`.
pub(crate) const NODE_PORT: &str = "\
apiVersion: v1
kind: Service
metadata:
  name: frontend
  namespace: shop
spec:
  type: NodePort
  ports:
  - port: 80
  selector:
    app: frontend
";

/// Something harmless.
pub(crate) const SETTINGS: &str = "\
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
  namespace: shop
data:
  colour: blue
";

/// The same in another colour.
pub(crate) const GREEN_SETTINGS: &str = "\
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
  namespace: shop
data:
  colour: green
";

/// A Role that reads every Secret.
pub(crate) const SECRET_READER: &str = "\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: reader
rules:
- apiGroups: ['']
  resources: [secrets]
  verbs: ['*']
";

/// The binding that grants it.
pub(crate) const SECRET_READER_BINDING: &str = "\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: reader
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: reader
subjects:
- kind: ServiceAccount
  name: deployer
  namespace: ci
";

/// Where a policy stands.
pub(crate) const POLICY_PATH: &str = ".portcullis.yaml";

/// A policy with more lines behind its head.
pub(crate) fn policy(lines: &str) -> String {
    format!("apiVersion: portcullis.dev/v1\nkind: GatePolicy\n{lines}")
}
