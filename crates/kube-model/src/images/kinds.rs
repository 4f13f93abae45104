//! The fields in which kinds name images, as data.
//!
//! Each path leads from the object to Pod specifications, containers, lists of containers, whole objects or texts that
//! name an image. Lists on the way are entered; `*` matches any key.

/// Paths of kinds by their group.
pub(super) struct Row {
    pub(super) group: &'static str,
    pub(super) kinds: &'static [&'static str],
    pub(super) paths: &'static [&'static str],
}

const fn row(group: &'static str, kinds: &'static [&'static str], paths: &'static [&'static str]) -> Row {
    Row { group, kinds, paths }
}

const TEMPLATE: &[&str] = &["spec.template.spec"];
/// Paths of a Workflow. Each step may hold a template of its own.
const WORKFLOW: &[&str] = &[
    "spec.templates.container",
    "spec.templates.script",
    "spec.templates.initContainers",
    "spec.templates.sidecars",
    "spec.templates.containerSet.containers",
    "spec.templates.steps.inline.container",
    "spec.templates.steps.inline.script",
    "spec.templates.dag.tasks.inline.container",
    "spec.templates.dag.tasks.inline.script",
    "spec.templateDefaults.container",
    "spec.templateDefaults.script",
    "spec.templateDefaults.initContainers",
    "spec.templateDefaults.sidecars",
];
const CRON_WORKFLOW: &[&str] = &[
    "spec.workflowSpec.templates.container",
    "spec.workflowSpec.templates.script",
    "spec.workflowSpec.templates.initContainers",
    "spec.workflowSpec.templates.sidecars",
    "spec.workflowSpec.templates.containerSet.containers",
    "spec.workflowSpec.templates.steps.inline.container",
    "spec.workflowSpec.templates.steps.inline.script",
    "spec.workflowSpec.templates.dag.tasks.inline.container",
    "spec.workflowSpec.templates.dag.tasks.inline.script",
    "spec.workflowSpec.templateDefaults.container",
    "spec.workflowSpec.templateDefaults.script",
];
/// The paths of each kind.
#[rustfmt::skip]
pub(super) static ROWS: &[Row] = &[
    row("argoproj.io", &["Workflow", "WorkflowTemplate", "ClusterWorkflowTemplate"], WORKFLOW),
    row("argoproj.io", &["CronWorkflow"], CRON_WORKFLOW),
    row("argoproj.io", &["Sensor"], &["spec.template.container", "spec.triggers.template.k8s.source.resource", "spec.triggers.template.argoWorkflow.source.resource"]),
    row("argoproj.io", &["EventSource"], &["spec.template.container"]),
    row("argoproj.io", &["AnalysisTemplate", "ClusterAnalysisTemplate", "AnalysisRun"], &["spec.metrics.provider.job.spec.template.spec"]),
    row("argoproj.io", &["Experiment"], &["spec.templates.template.spec"]),
    row("keda.sh", &["ScaledJob"], &["spec.jobTargetRef.template.spec"]),
    row("sources.knative.dev", &["ContainerSource"], TEMPLATE),
    row("tekton.dev", &["Task", "ClusterTask"], &["spec.steps", "spec.sidecars", "spec.stepTemplate"]),
    row("tekton.dev", &["TaskRun"], &["spec.taskSpec.steps", "spec.taskSpec.sidecars", "spec.taskSpec.stepTemplate"]),
    row("tekton.dev", &["Pipeline"], &["spec.tasks.taskSpec.steps", "spec.tasks.taskSpec.sidecars", "spec.tasks.taskSpec.stepTemplate", "spec.finally.taskSpec.steps", "spec.finally.taskSpec.sidecars"]),
    row("tekton.dev", &["PipelineRun"], &["spec.pipelineSpec.tasks.taskSpec.steps", "spec.pipelineSpec.tasks.taskSpec.sidecars", "spec.pipelineSpec.tasks.taskSpec.stepTemplate", "spec.pipelineSpec.finally.taskSpec.steps"]),
    row("tekton.dev", &["StepAction"], &["spec"]),
    row("triggers.tekton.dev", &["TriggerTemplate"], &["spec.resourcetemplates"]),
    row("serving.kserve.io", &["InferenceService"], &["spec.predictor", "spec.predictor.*", "spec.transformer", "spec.explainer", "spec.explainer.*"]),
    row("serving.kserve.io", &["ServingRuntime", "ClusterServingRuntime"], &["spec"]),
    row("serving.kserve.io", &["LLMInferenceService"], &["spec.template", "spec.worker", "spec.prefill.template"]),
    row("sparkoperator.k8s.io", &["SparkApplication"], &["spec.image", "spec.driver", "spec.driver.initContainers", "spec.driver.sidecars", "spec.driver.template.spec", "spec.executor", "spec.executor.initContainers", "spec.executor.sidecars", "spec.executor.template.spec"]),
    row("sparkoperator.k8s.io", &["ScheduledSparkApplication"], &["spec.template.image", "spec.template.driver", "spec.template.driver.initContainers", "spec.template.driver.sidecars", "spec.template.executor", "spec.template.executor.initContainers", "spec.template.executor.sidecars"]),
    row("kafka.strimzi.io", &["Kafka"], &["spec.kafka.image", "spec.zookeeper.image", "spec.entityOperator.*.image", "spec.kafkaExporter.image", "spec.cruiseControl.image"]),
    row("kafka.strimzi.io", &["KafkaConnect", "KafkaMirrorMaker", "KafkaMirrorMaker2", "KafkaBridge"], &["spec.image"]),
    row("monitoring.coreos.com", &["Prometheus", "PrometheusAgent", "Alertmanager", "ThanosRuler"], &["spec.image", "spec.containers", "spec.initContainers", "spec.thanos.image"]),
    row("postgresql.cnpg.io", &["Cluster"], &["spec.imageName"]),
    row("postgresql.cnpg.io", &["ImageCatalog", "ClusterImageCatalog"], &["spec.images.image"]),
    row("postgresql.cnpg.io", &["Pooler"], TEMPLATE),
    row("elasticsearch.k8s.elastic.co", &["Elasticsearch"], &["spec.image", "spec.nodeSets.podTemplate.spec"]),
    row("kibana.k8s.elastic.co", &["Kibana"], &["spec.image", "spec.podTemplate.spec"]),
    row("logstash.k8s.elastic.co", &["Logstash"], &["spec.image", "spec.podTemplate.spec"]),
    row("apm.k8s.elastic.co", &["ApmServer"], &["spec.image", "spec.podTemplate.spec"]),
    row("enterprisesearch.k8s.elastic.co", &["EnterpriseSearch"], &["spec.image", "spec.podTemplate.spec"]),
    row("maps.k8s.elastic.co", &["ElasticMapsServer"], &["spec.image", "spec.podTemplate.spec"]),
    row("beat.k8s.elastic.co", &["Beat"], &["spec.image", "spec.daemonSet.podTemplate.spec", "spec.deployment.podTemplate.spec"]),
    row("agent.k8s.elastic.co", &["Agent"], &["spec.image", "spec.daemonSet.podTemplate.spec", "spec.deployment.podTemplate.spec", "spec.statefulSet.podTemplate.spec"]),
    row("pkg.crossplane.io", &["Provider", "Configuration", "Function"], &["spec.package"]),
    row("pkg.crossplane.io", &["DeploymentRuntimeConfig"], &["spec.deploymentTemplate.spec.template.spec"]),
    row("pkg.crossplane.io", &["ControllerConfig"], &["spec.image"]),
    row("kubernetes.crossplane.io", &["Object"], &["spec.forProvider.manifest"]),
    row("kubernetes.m.crossplane.io", &["Object"], &["spec.forProvider.manifest"]),
    row("kubevirt.io", &["VirtualMachine", "VirtualMachineInstanceReplicaSet"], &["spec.template.spec.volumes.containerDisk", "spec.template.spec.domain.firmware.kernelBoot.container"]),
    row("kubevirt.io", &["VirtualMachineInstance"], &["spec.volumes.containerDisk", "spec.domain.firmware.kernelBoot.container"]),
    row("pool.kubevirt.io", &["VirtualMachinePool"], &["spec.virtualMachineTemplate.spec.template.spec.volumes.containerDisk"]),
    row("apps.kruise.io", &["CloneSet", "StatefulSet", "DaemonSet", "BroadcastJob"], TEMPLATE),
    row("apps.kruise.io", &["AdvancedCronJob"], &["spec.template.jobTemplate.spec.template.spec", "spec.template.broadcastJobTemplate.spec.template.spec"]),
    row("apps.kruise.io", &["SidecarSet"], &["spec.containers", "spec.initContainers"]),
    row("apps.kruise.io", &["UnitedDeployment"], &["spec.template.*.spec.template.spec"]),
    row("apps.kruise.io", &["ImagePullJob"], &["spec.image"]),
    row("ray.io", &["RayCluster"], &["spec.headGroupSpec.template.spec", "spec.workerGroupSpecs.template.spec"]),
    row("ray.io", &["RayJob"], &["spec.rayClusterSpec.headGroupSpec.template.spec", "spec.rayClusterSpec.workerGroupSpecs.template.spec", "spec.submitterPodTemplate.spec"]),
    row("ray.io", &["RayService"], &["spec.rayClusterConfig.headGroupSpec.template.spec", "spec.rayClusterConfig.workerGroupSpecs.template.spec"]),
    row("batch.volcano.sh", &["Job"], &["spec.tasks.template.spec"]),
    row("kubeflow.org", &["TFJob", "PyTorchJob", "MPIJob", "XGBoostJob", "PaddleJob", "JAXJob"], &["spec.*.*.template.spec"]),
    row("kubeflow.org", &["Notebook"], TEMPLATE),
    row("trainer.kubeflow.org", &["TrainJob"], &["spec.trainer", "spec.initializer.*"]),
    row("jobset.x-k8s.io", &["JobSet"], &["spec.replicatedJobs.template.spec.template.spec"]),
    row("leaderworkerset.x-k8s.io", &["LeaderWorkerSet"], &["spec.leaderWorkerTemplate.leaderTemplate.spec", "spec.leaderWorkerTemplate.workerTemplate.spec"]),
    row("apps.openshift.io", &["DeploymentConfig"], TEMPLATE),
    row("template.openshift.io", &["Template"], &["objects"]),
    row("operators.coreos.com", &["ClusterServiceVersion"], &["spec.install.spec.deployments.spec.template.spec", "spec.relatedImages"]),
    row("operators.coreos.com", &["CatalogSource"], &["spec.image"]),
    row("opentelemetry.io", &["OpenTelemetryCollector"], &["spec.image", "spec.initContainers", "spec.additionalContainers"]),
    row("opentelemetry.io", &["Instrumentation"], &["spec.*.image"]),
    row("flink.apache.org", &["FlinkDeployment"], &["spec.image", "spec.podTemplate.spec", "spec.jobManager.podTemplate.spec", "spec.taskManager.podTemplate.spec"]),
    row("actions.github.com", &["AutoscalingRunnerSet", "EphemeralRunnerSet"], TEMPLATE),
    row("actions.summerwind.dev", &["RunnerDeployment", "RunnerReplicaSet"], TEMPLATE),
    row("actions.summerwind.dev", &["RunnerSet"], TEMPLATE),
    row("acid.zalan.do", &["postgresql"], &["spec.dockerImage", "spec.sidecars"]),
    row("postgres-operator.crunchydata.com", &["PostgresCluster"], &["spec.image", "spec.backups.pgbackrest.image", "spec.proxy.pgBouncer.image", "spec.monitoring.pgmonitor.exporter.image"]),
    row("minio.min.io", &["Tenant"], &["spec.image"]),
    row("rabbitmq.com", &["RabbitmqCluster"], &["spec.image"]),
    row("redis.redis.opstreelabs.in", &["Redis", "RedisCluster", "RedisReplication", "RedisSentinel"], &["spec.kubernetesConfig.image"]),
    row("k6.io", &["TestRun", "K6"], &["spec.runner", "spec.starter", "spec.initializer"]),
    row("grafana.integreatly.org", &["Grafana"], &["spec.deployment.spec.template.spec"]),
];

/// Fields that hold values of a chart.
#[rustfmt::skip]
pub(super) static VALUES: &[Row] = &[
    row("helm.toolkit.fluxcd.io", &["HelmRelease"], &["spec.values"]),
    row("argoproj.io", &["Application"], &["spec.source.helm.valuesObject", "spec.sources.helm.valuesObject"]),
    row("argoproj.io", &["ApplicationSet"], &["spec.template.spec.source.helm.valuesObject", "spec.template.spec.sources.helm.valuesObject"]),
    row("helm.crossplane.io", &["Release"], &["spec.forProvider.values"]),
    row("addons.cluster.x-k8s.io", &["HelmChartProxy"], &["spec.values"]),
];

/// Fields that hold values of a chart as one text.
#[rustfmt::skip]
pub(super) static VALUE_TEXTS: &[Row] = &[
    row("argoproj.io", &["Application"], &["spec.source.helm.values", "spec.sources.helm.values"]),
    row("argoproj.io", &["ApplicationSet"], &["spec.template.spec.source.helm.values", "spec.template.spec.sources.helm.values"]),
    row("helm.cattle.io", &["HelmChart", "HelmChartConfig"], &["spec.valuesContent"]),
];

/// Fields that hold kustomize's images: objects with `name`, `newName`, `newTag`, `digest`, or texts
/// `name=newName:newTag`.
#[rustfmt::skip]
pub(super) static KUSTOMIZE: &[Row] = &[
    row("kustomize.toolkit.fluxcd.io", &["Kustomization"], &["spec.images"]),
    row("argoproj.io", &["Application"], &["spec.source.kustomize.images", "spec.sources.kustomize.images"]),
    row("argoproj.io", &["ApplicationSet"], &["spec.template.spec.source.kustomize.images", "spec.template.spec.sources.kustomize.images"]),
];

/// Lists of `name` and `value` by which Argo CD sets values of a chart.
#[rustfmt::skip]
pub(super) static PARAMETERS: &[Row] = &[
    row("argoproj.io", &["Application"], &["spec.source.helm.parameters", "spec.sources.helm.parameters"]),
    row("argoproj.io", &["ApplicationSet"], &["spec.template.spec.source.helm.parameters", "spec.template.spec.sources.helm.parameters"]),
];

/// A kind whose `spec.version` is the tag of an image, unless `spec.image` names one.
pub(super) struct Versioned {
    pub(super) group: &'static str,
    pub(super) kind: &'static str,
    pub(super) repository: &'static str,
}

const fn versioned(group: &'static str, kind: &'static str, repository: &'static str) -> Versioned {
    Versioned { group, kind, repository }
}

/// Operators with a default repository.
pub(super) static VERSIONED: &[Versioned] = &[
    versioned("monitoring.coreos.com", "Prometheus", "quay.io/prometheus/prometheus"),
    versioned("monitoring.coreos.com", "PrometheusAgent", "quay.io/prometheus/prometheus"),
    versioned("monitoring.coreos.com", "Alertmanager", "quay.io/prometheus/alertmanager"),
    versioned("monitoring.coreos.com", "ThanosRuler", "quay.io/thanos/thanos"),
    versioned(
        "elasticsearch.k8s.elastic.co",
        "Elasticsearch",
        "docker.elastic.co/elasticsearch/elasticsearch",
    ),
    versioned("kibana.k8s.elastic.co", "Kibana", "docker.elastic.co/kibana/kibana"),
    versioned("logstash.k8s.elastic.co", "Logstash", "docker.elastic.co/logstash/logstash"),
];
