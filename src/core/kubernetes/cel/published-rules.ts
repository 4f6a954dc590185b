// Generated from facts/custom-resource-rules.json by scripts/build-cel-rules.mjs: change it there.
import type { PublishedRules } from "./violations.ts";

/**
 * The rules of the custom resources that aiplat writes, but those on changes (`leftOut` of the facts), by `apiVersion
 * kind`. Of the many, a command makes only those of the resource that it writes.
 */
export const publishedRules: Readonly<Record<string, () => PublishedRules>> = {
  // kubernetes-sigs/jobset config/components/crd/bases/jobset.x-k8s.io_jobsets.yaml @ 08dfbdfd6827
  "jobset.x-k8s.io/v1alpha2 JobSet": () => ({
    kind: "JobSet",
    apiVersion: "jobset.x-k8s.io/v1alpha2",
    rules: [
      {
        path: "spec",
        rule: "!(has(self.startupPolicy) && self.startupPolicy.startupPolicyOrder == 'InOrder' && self.replicatedJobs.exists(x, has(x.dependsOn)))",
        message: "StartupPolicy and DependsOn APIs are mutually exclusive",
      },
      {
        path: "spec.volumeClaimPolicies[]",
        rule: "self.templates.all(t, !has(t.metadata.namespace) || size(t.metadata.namespace) == 0)",
        message: "namespace cannot be set for VolumeClaimPolicies templates",
      },
    ],
    defaults: [],
  }),
  // kubeflow/trainer manifests/base/crds/trainer.kubeflow.org_trainjobs.yaml @ 8c0f5059bd51
  "trainer.kubeflow.org/v1alpha1 TrainJob": () => ({
    kind: "TrainJob",
    apiVersion: "trainer.kubeflow.org/v1alpha1",
    rules: [
      {
        path: "",
        rule: "self.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')",
        message: "metadata.name must match RFC 1035 DNS label format",
      },
      { path: "", rule: "size(self.metadata.name) <= 63", message: "metadata.name must be no more than 63 characters" },
      {
        path: "spec.initializer.dataset.storageUri",
        rule: "self == '' || self.matches('^[A-Za-z][A-Za-z0-9+.-]*://.+$')",
        message: "storageUri may be empty, or it must be a valid URI (scheme://...)",
      },
      {
        path: "spec.initializer.model.storageUri",
        rule: "self == '' || self.matches('^[A-Za-z][A-Za-z0-9+.-]*://.+$')",
        message: "storageUri may be empty, or it must be a valid URI (scheme://...)",
      },
      {
        path: "spec.managedBy",
        rule: "self in ['trainer.kubeflow.org/trainjob-controller', 'kueue.x-k8s.io/multikueue']",
        message: "ManagedBy must be trainer.kubeflow.org/trainjob-controller or kueue.x-k8s.io/multikueue if set",
      },
      {
        path: "spec.trainer.numProcPerNode",
        rule: "self >= 1",
        message: "numProcPerNode must be greater than or equal to 1",
      },
      {
        path: "status.trainerStatus",
        rule: "has(self.lastUpdatedTime)",
        message: "lastUpdatedTime is required when trainerStatus is present",
      },
    ],
    defaults: [],
  }),
  // ray-project/kuberay ray-operator/config/crd/bases/ray.io_rayclusters.yaml @ feeaf72facab
  "ray.io/v1 RayCluster": () => ({
    kind: "RayCluster",
    apiVersion: "ray.io/v1",
    rules: [
      {
        path: "spec.managedBy",
        rule: "self in ['ray.io/kuberay-operator', 'kueue.x-k8s.io/multikueue']",
        message: "the managedBy field value must be either 'ray.io/kuberay-operator' or 'kueue.x-k8s.io/multikueue'",
      },
    ],
    defaults: [],
  }),
  // ray-project/kuberay ray-operator/config/crd/bases/ray.io_rayjobs.yaml @ feeaf72facab
  "ray.io/v1 RayJob": () => ({
    kind: "RayJob",
    apiVersion: "ray.io/v1",
    rules: [
      {
        path: "spec.deletionStrategy",
        rule: "!((has(self.onSuccess) || has(self.onFailure)) && has(self.deletionRules))",
        message:
          "legacy policies (onSuccess/onFailure) and deletionRules cannot be used together within the same deletionStrategy",
      },
      {
        path: "spec.deletionStrategy",
        rule: "((has(self.onSuccess) && has(self.onFailure)) || has(self.deletionRules))",
        message:
          "deletionStrategy requires either BOTH onSuccess and onFailure, OR the deletionRules field (cannot be empty)",
      },
      {
        path: "spec.deletionStrategy.deletionRules[].condition",
        rule: "!(has(self.jobStatus) && has(self.jobDeploymentStatus))",
        message: "JobStatus and JobDeploymentStatus cannot be used together within the same deletion condition.",
      },
      {
        path: "spec.deletionStrategy.deletionRules[].condition",
        rule: "has(self.jobStatus) || has(self.jobDeploymentStatus)",
        message: "the deletion condition requires either the JobStatus or the JobDeploymentStatus field.",
      },
      {
        path: "spec.managedBy",
        rule: "self in ['ray.io/kuberay-operator', 'kueue.x-k8s.io/multikueue']",
        message: "the managedBy field value must be either 'ray.io/kuberay-operator' or 'kueue.x-k8s.io/multikueue'",
      },
      {
        path: "spec.rayClusterSpec.managedBy",
        rule: "self in ['ray.io/kuberay-operator', 'kueue.x-k8s.io/multikueue']",
        message: "the managedBy field value must be either 'ray.io/kuberay-operator' or 'kueue.x-k8s.io/multikueue'",
      },
    ],
    defaults: [],
  }),
  // ray-project/kuberay ray-operator/config/crd/bases/ray.io_rayservices.yaml @ feeaf72facab
  "ray.io/v1 RayService": () => ({
    kind: "RayService",
    apiVersion: "ray.io/v1",
    rules: [
      {
        path: "spec.managedBy",
        rule: "self in ['ray.io/kuberay-operator', 'kueue.x-k8s.io/multikueue']",
        message: "the managedBy field value must be either 'ray.io/kuberay-operator' or 'kueue.x-k8s.io/multikueue'",
      },
      {
        path: "spec.rayClusterConfig.managedBy",
        rule: "self in ['ray.io/kuberay-operator', 'kueue.x-k8s.io/multikueue']",
        message: "the managedBy field value must be either 'ray.io/kuberay-operator' or 'kueue.x-k8s.io/multikueue'",
      },
    ],
    defaults: [],
  }),
  // kserve/kserve config/crd/full/llmisvc/serving.kserve.io_llminferenceservices.yaml @ aaac4e294dae
  "serving.kserve.io/v1alpha2 LLMInferenceService": () => ({
    kind: "LLMInferenceService",
    apiVersion: "serving.kserve.io/v1alpha2",
    rules: [
      {
        path: "spec",
        rule: "!(has(self.replicas) && has(self.scaling))",
        message:
          "replicas and scaling are mutually exclusive; use scaling for autoscaled deployments or replicas for static deployments",
      },
      {
        path: "spec.prefill",
        rule: "!(has(self.replicas) && has(self.scaling))",
        message:
          "replicas and scaling are mutually exclusive; use scaling for autoscaled deployments or replicas for static deployments",
      },
      {
        path: "spec.prefill.scaling",
        rule: "has(self.wva) || has(self.keda)",
        message: "either wva or keda must be specified when scaling is configured",
      },
      {
        path: "spec.prefill.scaling",
        rule: "!(has(self.wva) && has(self.keda))",
        message: "wva and keda are mutually exclusive",
      },
      {
        path: "spec.prefill.scaling",
        rule: "!has(self.keda) || size(self.keda.triggers) > 0",
        message: "at least one trigger is required when using direct KEDA scaling",
      },
      {
        path: "spec.prefill.scaling",
        rule: "!has(self.minReplicas) || self.minReplicas <= self.maxReplicas",
        message: "minReplicas cannot exceed maxReplicas",
      },
      {
        path: "spec.prefill.scaling",
        rule: "!has(self.wva) || !has(self.wva.keda) || !has(self.wva.keda.idleReplicaCount) || has(self.minReplicas)",
        message: "minReplicas is required when idleReplicaCount is set",
      },
      {
        path: "spec.prefill.scaling",
        rule: "!has(self.wva) || !has(self.wva.keda) || !has(self.wva.keda.idleReplicaCount) || !has(self.minReplicas) || self.wva.keda.idleReplicaCount < self.minReplicas",
        message:
          "idleReplicaCount must be less than minReplicas; idleReplicaCount defines the replica floor when no triggers are active",
      },
      {
        path: "spec.prefill.scaling",
        rule: "!has(self.keda) || !has(self.keda.idleReplicaCount) || has(self.minReplicas)",
        message: "minReplicas is required when idleReplicaCount is set",
      },
      {
        path: "spec.prefill.scaling",
        rule: "!has(self.keda) || !has(self.keda.idleReplicaCount) || !has(self.minReplicas) || self.keda.idleReplicaCount < self.minReplicas",
        message:
          "idleReplicaCount must be less than minReplicas; idleReplicaCount defines the replica floor when no triggers are active",
      },
      {
        path: "spec.prefill.scaling.keda",
        rule: "!has(self.advanced) || !has(self.advanced.horizontalPodAutoscalerConfig) || size(self.advanced.horizontalPodAutoscalerConfig.name) == 0",
        message: "horizontalPodAutoscalerConfig.name must not be set; the controller manages the HPA name",
      },
      {
        path: "spec.prefill.scaling.wva",
        rule: "!has(self.keda) || !has(self.keda.advanced) || (size(self.keda.advanced.scalingModifiers.formula) == 0 && size(self.keda.advanced.scalingModifiers.target) == 0 && size(self.keda.advanced.scalingModifiers.activationTarget) == 0 && size(self.keda.advanced.scalingModifiers.metricType) == 0)",
        message: "scalingModifiers must not be set; WVA controls the scaling metric formula and logic",
      },
      {
        path: "spec.prefill.scaling.wva",
        rule: "!(has(self.hpa) && has(self.keda))",
        message: "hpa and keda are mutually exclusive; choose one actuator backend",
      },
      {
        path: "spec.prefill.scaling.wva",
        rule: "has(self.hpa) || has(self.keda)",
        message: "either hpa or keda must be specified as the actuator backend",
      },
      {
        path: "spec.prefill.scaling.wva.keda",
        rule: "!has(self.advanced) || !has(self.advanced.horizontalPodAutoscalerConfig) || size(self.advanced.horizontalPodAutoscalerConfig.name) == 0",
        message: "horizontalPodAutoscalerConfig.name must not be set; the controller manages the HPA name",
      },
      {
        path: "spec.router.route.http.spec.rules",
        rule: "(self.size() > 0 ? self[0].matches.size() : 0) + (self.size() > 1 ? self[1].matches.size() : 0) + (self.size() > 2 ? self[2].matches.size() : 0) + (self.size() > 3 ? self[3].matches.size() : 0) + (self.size() > 4 ? self[4].matches.size() : 0) + (self.size() > 5 ? self[5].matches.size() : 0) + (self.size() > 6 ? self[6].matches.size() : 0) + (self.size() > 7 ? self[7].matches.size() : 0) + (self.size() > 8 ? self[8].matches.size() : 0) + (self.size() > 9 ? self[9].matches.size() : 0) + (self.size() > 10 ? self[10].matches.size() : 0) + (self.size() > 11 ? self[11].matches.size() : 0) + (self.size() > 12 ? self[12].matches.size() : 0) + (self.size() > 13 ? self[13].matches.size() : 0) + (self.size() > 14 ? self[14].matches.size() : 0) + (self.size() > 15 ? self[15].matches.size() : 0) <= 128",
        message:
          "While 16 rules and 64 matches per rule are allowed, the total number of matches across all rules in a route must be less than 128",
      },
      {
        path: "spec.router.route.http.spec.rules[]",
        rule: "(has(self.backendRefs) && size(self.backendRefs) > 0) ? (!has(self.filters) || self.filters.all(f, !has(f.requestRedirect))): true",
        message: "RequestRedirect filter must not be used together with backendRefs",
      },
      {
        path: "spec.router.route.http.spec.rules[]",
        rule: "(has(self.filters) && self.filters.exists_one(f, has(f.requestRedirect) && has(f.requestRedirect.path) && f.requestRedirect.path.type == 'ReplacePrefixMatch' && has(f.requestRedirect.path.replacePrefixMatch))) ? ((size(self.matches) != 1 || !has(self.matches[0].path) || self.matches[0].path.type != 'PathPrefix') ? false : true) : true",
        message:
          "When using RequestRedirect filter with path.replacePrefixMatch, exactly one PathPrefix match must be specified",
      },
      {
        path: "spec.router.route.http.spec.rules[]",
        rule: "(has(self.filters) && self.filters.exists_one(f, has(f.urlRewrite) && has(f.urlRewrite.path) && f.urlRewrite.path.type == 'ReplacePrefixMatch' && has(f.urlRewrite.path.replacePrefixMatch))) ? ((size(self.matches) != 1 || !has(self.matches[0].path) || self.matches[0].path.type != 'PathPrefix') ? false : true) : true",
        message:
          "When using URLRewrite filter with path.replacePrefixMatch, exactly one PathPrefix match must be specified",
      },
      {
        path: "spec.router.route.http.spec.rules[]",
        rule: "(has(self.backendRefs) && self.backendRefs.exists_one(b, (has(b.filters) && b.filters.exists_one(f, has(f.requestRedirect) && has(f.requestRedirect.path) && f.requestRedirect.path.type == 'ReplacePrefixMatch' && has(f.requestRedirect.path.replacePrefixMatch))) )) ? ((size(self.matches) != 1 || !has(self.matches[0].path) || self.matches[0].path.type != 'PathPrefix') ? false : true) : true",
        message:
          "Within backendRefs, when using RequestRedirect filter with path.replacePrefixMatch, exactly one PathPrefix match must be specified",
      },
      {
        path: "spec.router.route.http.spec.rules[]",
        rule: "(has(self.backendRefs) && self.backendRefs.exists_one(b, (has(b.filters) && b.filters.exists_one(f, has(f.urlRewrite) && has(f.urlRewrite.path) && f.urlRewrite.path.type == 'ReplacePrefixMatch' && has(f.urlRewrite.path.replacePrefixMatch))) )) ? ((size(self.matches) != 1 || !has(self.matches[0].path) || self.matches[0].path.type != 'PathPrefix') ? false : true) : true",
        message:
          "Within backendRefs, When using URLRewrite filter with path.replacePrefixMatch, exactly one PathPrefix match must be specified",
      },
      {
        path: "spec.router.route.http.spec.rules[].backendRefs[]",
        rule: "(size(self.group) == 0 && self.kind == 'Service') ? has(self.port) : true",
        message: "Must have port for Service reference",
      },
      {
        path: "spec.router.route.http.spec.rules[].backendRefs[].filters",
        rule: "!(self.exists(f, f.type == 'RequestRedirect') && self.exists(f, f.type == 'URLRewrite'))",
        message: "May specify either httpRouteFilterRequestRedirect or httpRouteFilterRequestRewrite, but not both",
      },
      {
        path: "spec.router.route.http.spec.rules[].backendRefs[].filters",
        rule: "self.filter(f, f.type == 'CORS').size() <= 1",
        message: "CORS filter cannot be repeated",
      },
      {
        path: "spec.router.route.http.spec.rules[].backendRefs[].filters",
        rule: "self.filter(f, f.type == 'RequestHeaderModifier').size() <= 1",
        message: "RequestHeaderModifier filter cannot be repeated",
      },
      {
        path: "spec.router.route.http.spec.rules[].backendRefs[].filters",
        rule: "self.filter(f, f.type == 'ResponseHeaderModifier').size() <= 1",
        message: "ResponseHeaderModifier filter cannot be repeated",
      },
      {
        path: "spec.router.route.http.spec.rules[].backendRefs[].filters",
        rule: "self.filter(f, f.type == 'RequestRedirect').size() <= 1",
        message: "RequestRedirect filter cannot be repeated",
      },
      {
        path: "spec.router.route.http.spec.rules[].backendRefs[].filters",
        rule: "self.filter(f, f.type == 'URLRewrite').size() <= 1",
        message: "URLRewrite filter cannot be repeated",
      },
      {
        path: "spec.router.route.http.spec.rules[].backendRefs[].filters[]",
        rule: "!(has(self.cors) && self.type != 'CORS')",
        message: "filter.cors must be nil if the filter.type is not CORS",
      },
      {
        path: "spec.router.route.http.spec.rules[].backendRefs[].filters[]",
        rule: "!(!has(self.cors) && self.type == 'CORS')",
        message: "filter.cors must be specified for CORS filter.type",
      },
      {
        path: "spec.router.route.http.spec.rules[].backendRefs[].filters[]",
        rule: "!(has(self.requestHeaderModifier) && self.type != 'RequestHeaderModifier')",
        message: "filter.requestHeaderModifier must be nil if the filter.type is not RequestHeaderModifier",
      },
      {
        path: "spec.router.route.http.spec.rules[].backendRefs[].filters[]",
        rule: "!(!has(self.requestHeaderModifier) && self.type == 'RequestHeaderModifier')",
        message: "filter.requestHeaderModifier must be specified for RequestHeaderModifier filter.type",
      },
      {
        path: "spec.router.route.http.spec.rules[].backendRefs[].filters[]",
        rule: "!(has(self.responseHeaderModifier) && self.type != 'ResponseHeaderModifier')",
        message: "filter.responseHeaderModifier must be nil if the filter.type is not ResponseHeaderModifier",
      },
      {
        path: "spec.router.route.http.spec.rules[].backendRefs[].filters[]",
        rule: "!(!has(self.responseHeaderModifier) && self.type == 'ResponseHeaderModifier')",
        message: "filter.responseHeaderModifier must be specified for ResponseHeaderModifier filter.type",
      },
      {
        path: "spec.router.route.http.spec.rules[].backendRefs[].filters[]",
        rule: "!(has(self.requestMirror) && self.type != 'RequestMirror')",
        message: "filter.requestMirror must be nil if the filter.type is not RequestMirror",
      },
      {
        path: "spec.router.route.http.spec.rules[].backendRefs[].filters[]",
        rule: "!(!has(self.requestMirror) && self.type == 'RequestMirror')",
        message: "filter.requestMirror must be specified for RequestMirror filter.type",
      },
      {
        path: "spec.router.route.http.spec.rules[].backendRefs[].filters[]",
        rule: "!(has(self.requestRedirect) && self.type != 'RequestRedirect')",
        message: "filter.requestRedirect must be nil if the filter.type is not RequestRedirect",
      },
      {
        path: "spec.router.route.http.spec.rules[].backendRefs[].filters[]",
        rule: "!(!has(self.requestRedirect) && self.type == 'RequestRedirect')",
        message: "filter.requestRedirect must be specified for RequestRedirect filter.type",
      },
      {
        path: "spec.router.route.http.spec.rules[].backendRefs[].filters[]",
        rule: "!(has(self.urlRewrite) && self.type != 'URLRewrite')",
        message: "filter.urlRewrite must be nil if the filter.type is not URLRewrite",
      },
      {
        path: "spec.router.route.http.spec.rules[].backendRefs[].filters[]",
        rule: "!(!has(self.urlRewrite) && self.type == 'URLRewrite')",
        message: "filter.urlRewrite must be specified for URLRewrite filter.type",
      },
      {
        path: "spec.router.route.http.spec.rules[].backendRefs[].filters[]",
        rule: "!(has(self.extensionRef) && self.type != 'ExtensionRef')",
        message: "filter.extensionRef must be nil if the filter.type is not ExtensionRef",
      },
      {
        path: "spec.router.route.http.spec.rules[].backendRefs[].filters[]",
        rule: "!(!has(self.extensionRef) && self.type == 'ExtensionRef')",
        message: "filter.extensionRef must be specified for ExtensionRef filter.type",
      },
      {
        path: "spec.router.route.http.spec.rules[].backendRefs[].filters[].cors.allowHeaders",
        rule: "!('*' in self && self.size() > 1)",
        message: "AllowHeaders cannot contain '*' alongside other methods",
      },
      {
        path: "spec.router.route.http.spec.rules[].backendRefs[].filters[].cors.allowMethods",
        rule: "!('*' in self && self.size() > 1)",
        message: "AllowMethods cannot contain '*' alongside other methods",
      },
      {
        path: "spec.router.route.http.spec.rules[].backendRefs[].filters[].cors.allowOrigins",
        rule: "!('*' in self && self.size() > 1)",
        message: "AllowOrigins cannot contain '*' alongside other origins",
      },
      {
        path: "spec.router.route.http.spec.rules[].backendRefs[].filters[].externalAuth",
        rule: "self.protocol == 'GRPC' ? has(self.grpc) : true",
        message: "grpc must be specified when protocol is set to 'GRPC'",
      },
      {
        path: "spec.router.route.http.spec.rules[].backendRefs[].filters[].externalAuth",
        rule: "has(self.grpc) ? self.protocol == 'GRPC' : true",
        message: "protocol must be 'GRPC' when grpc is set",
      },
      {
        path: "spec.router.route.http.spec.rules[].backendRefs[].filters[].externalAuth",
        rule: "self.protocol == 'HTTP' ? has(self.http) : true",
        message: "http must be specified when protocol is set to 'HTTP'",
      },
      {
        path: "spec.router.route.http.spec.rules[].backendRefs[].filters[].externalAuth",
        rule: "has(self.http) ? self.protocol == 'HTTP' : true",
        message: "protocol must be 'HTTP' when http is set",
      },
      {
        path: "spec.router.route.http.spec.rules[].backendRefs[].filters[].externalAuth.backendRef",
        rule: "(size(self.group) == 0 && self.kind == 'Service') ? has(self.port) : true",
        message: "Must have port for Service reference",
      },
      {
        path: "spec.router.route.http.spec.rules[].backendRefs[].filters[].requestMirror",
        rule: "!(has(self.percent) && has(self.fraction))",
        message: "Only one of percent or fraction may be specified in HTTPRequestMirrorFilter",
      },
      {
        path: "spec.router.route.http.spec.rules[].backendRefs[].filters[].requestMirror.backendRef",
        rule: "(size(self.group) == 0 && self.kind == 'Service') ? has(self.port) : true",
        message: "Must have port for Service reference",
      },
      {
        path: "spec.router.route.http.spec.rules[].backendRefs[].filters[].requestMirror.fraction",
        rule: "self.numerator <= self.denominator",
        message: "numerator must be less than or equal to denominator",
      },
      {
        path: "spec.router.route.http.spec.rules[].backendRefs[].filters[].requestRedirect.path",
        rule: "self.type == 'ReplaceFullPath' ? has(self.replaceFullPath) : true",
        message: "replaceFullPath must be specified when type is set to 'ReplaceFullPath'",
      },
      {
        path: "spec.router.route.http.spec.rules[].backendRefs[].filters[].requestRedirect.path",
        rule: "has(self.replaceFullPath) ? self.type == 'ReplaceFullPath' : true",
        message: "type must be 'ReplaceFullPath' when replaceFullPath is set",
      },
      {
        path: "spec.router.route.http.spec.rules[].backendRefs[].filters[].requestRedirect.path",
        rule: "self.type == 'ReplacePrefixMatch' ? has(self.replacePrefixMatch) : true",
        message: "replacePrefixMatch must be specified when type is set to 'ReplacePrefixMatch'",
      },
      {
        path: "spec.router.route.http.spec.rules[].backendRefs[].filters[].requestRedirect.path",
        rule: "has(self.replacePrefixMatch) ? self.type == 'ReplacePrefixMatch' : true",
        message: "type must be 'ReplacePrefixMatch' when replacePrefixMatch is set",
      },
      {
        path: "spec.router.route.http.spec.rules[].backendRefs[].filters[].urlRewrite.path",
        rule: "self.type == 'ReplaceFullPath' ? has(self.replaceFullPath) : true",
        message: "replaceFullPath must be specified when type is set to 'ReplaceFullPath'",
      },
      {
        path: "spec.router.route.http.spec.rules[].backendRefs[].filters[].urlRewrite.path",
        rule: "has(self.replaceFullPath) ? self.type == 'ReplaceFullPath' : true",
        message: "type must be 'ReplaceFullPath' when replaceFullPath is set",
      },
      {
        path: "spec.router.route.http.spec.rules[].backendRefs[].filters[].urlRewrite.path",
        rule: "self.type == 'ReplacePrefixMatch' ? has(self.replacePrefixMatch) : true",
        message: "replacePrefixMatch must be specified when type is set to 'ReplacePrefixMatch'",
      },
      {
        path: "spec.router.route.http.spec.rules[].backendRefs[].filters[].urlRewrite.path",
        rule: "has(self.replacePrefixMatch) ? self.type == 'ReplacePrefixMatch' : true",
        message: "type must be 'ReplacePrefixMatch' when replacePrefixMatch is set",
      },
      {
        path: "spec.router.route.http.spec.rules[].filters",
        rule: "!(self.exists(f, f.type == 'RequestRedirect') && self.exists(f, f.type == 'URLRewrite'))",
        message: "May specify either httpRouteFilterRequestRedirect or httpRouteFilterRequestRewrite, but not both",
      },
      {
        path: "spec.router.route.http.spec.rules[].filters",
        rule: "self.filter(f, f.type == 'CORS').size() <= 1",
        message: "CORS filter cannot be repeated",
      },
      {
        path: "spec.router.route.http.spec.rules[].filters",
        rule: "self.filter(f, f.type == 'RequestHeaderModifier').size() <= 1",
        message: "RequestHeaderModifier filter cannot be repeated",
      },
      {
        path: "spec.router.route.http.spec.rules[].filters",
        rule: "self.filter(f, f.type == 'ResponseHeaderModifier').size() <= 1",
        message: "ResponseHeaderModifier filter cannot be repeated",
      },
      {
        path: "spec.router.route.http.spec.rules[].filters",
        rule: "self.filter(f, f.type == 'RequestRedirect').size() <= 1",
        message: "RequestRedirect filter cannot be repeated",
      },
      {
        path: "spec.router.route.http.spec.rules[].filters",
        rule: "self.filter(f, f.type == 'URLRewrite').size() <= 1",
        message: "URLRewrite filter cannot be repeated",
      },
      {
        path: "spec.router.route.http.spec.rules[].filters[]",
        rule: "!(has(self.cors) && self.type != 'CORS')",
        message: "filter.cors must be nil if the filter.type is not CORS",
      },
      {
        path: "spec.router.route.http.spec.rules[].filters[]",
        rule: "!(!has(self.cors) && self.type == 'CORS')",
        message: "filter.cors must be specified for CORS filter.type",
      },
      {
        path: "spec.router.route.http.spec.rules[].filters[]",
        rule: "!(has(self.requestHeaderModifier) && self.type != 'RequestHeaderModifier')",
        message: "filter.requestHeaderModifier must be nil if the filter.type is not RequestHeaderModifier",
      },
      {
        path: "spec.router.route.http.spec.rules[].filters[]",
        rule: "!(!has(self.requestHeaderModifier) && self.type == 'RequestHeaderModifier')",
        message: "filter.requestHeaderModifier must be specified for RequestHeaderModifier filter.type",
      },
      {
        path: "spec.router.route.http.spec.rules[].filters[]",
        rule: "!(has(self.responseHeaderModifier) && self.type != 'ResponseHeaderModifier')",
        message: "filter.responseHeaderModifier must be nil if the filter.type is not ResponseHeaderModifier",
      },
      {
        path: "spec.router.route.http.spec.rules[].filters[]",
        rule: "!(!has(self.responseHeaderModifier) && self.type == 'ResponseHeaderModifier')",
        message: "filter.responseHeaderModifier must be specified for ResponseHeaderModifier filter.type",
      },
      {
        path: "spec.router.route.http.spec.rules[].filters[]",
        rule: "!(has(self.requestMirror) && self.type != 'RequestMirror')",
        message: "filter.requestMirror must be nil if the filter.type is not RequestMirror",
      },
      {
        path: "spec.router.route.http.spec.rules[].filters[]",
        rule: "!(!has(self.requestMirror) && self.type == 'RequestMirror')",
        message: "filter.requestMirror must be specified for RequestMirror filter.type",
      },
      {
        path: "spec.router.route.http.spec.rules[].filters[]",
        rule: "!(has(self.requestRedirect) && self.type != 'RequestRedirect')",
        message: "filter.requestRedirect must be nil if the filter.type is not RequestRedirect",
      },
      {
        path: "spec.router.route.http.spec.rules[].filters[]",
        rule: "!(!has(self.requestRedirect) && self.type == 'RequestRedirect')",
        message: "filter.requestRedirect must be specified for RequestRedirect filter.type",
      },
      {
        path: "spec.router.route.http.spec.rules[].filters[]",
        rule: "!(has(self.urlRewrite) && self.type != 'URLRewrite')",
        message: "filter.urlRewrite must be nil if the filter.type is not URLRewrite",
      },
      {
        path: "spec.router.route.http.spec.rules[].filters[]",
        rule: "!(!has(self.urlRewrite) && self.type == 'URLRewrite')",
        message: "filter.urlRewrite must be specified for URLRewrite filter.type",
      },
      {
        path: "spec.router.route.http.spec.rules[].filters[]",
        rule: "!(has(self.extensionRef) && self.type != 'ExtensionRef')",
        message: "filter.extensionRef must be nil if the filter.type is not ExtensionRef",
      },
      {
        path: "spec.router.route.http.spec.rules[].filters[]",
        rule: "!(!has(self.extensionRef) && self.type == 'ExtensionRef')",
        message: "filter.extensionRef must be specified for ExtensionRef filter.type",
      },
      {
        path: "spec.router.route.http.spec.rules[].filters[].cors.allowHeaders",
        rule: "!('*' in self && self.size() > 1)",
        message: "AllowHeaders cannot contain '*' alongside other methods",
      },
      {
        path: "spec.router.route.http.spec.rules[].filters[].cors.allowMethods",
        rule: "!('*' in self && self.size() > 1)",
        message: "AllowMethods cannot contain '*' alongside other methods",
      },
      {
        path: "spec.router.route.http.spec.rules[].filters[].cors.allowOrigins",
        rule: "!('*' in self && self.size() > 1)",
        message: "AllowOrigins cannot contain '*' alongside other origins",
      },
      {
        path: "spec.router.route.http.spec.rules[].filters[].externalAuth",
        rule: "self.protocol == 'GRPC' ? has(self.grpc) : true",
        message: "grpc must be specified when protocol is set to 'GRPC'",
      },
      {
        path: "spec.router.route.http.spec.rules[].filters[].externalAuth",
        rule: "has(self.grpc) ? self.protocol == 'GRPC' : true",
        message: "protocol must be 'GRPC' when grpc is set",
      },
      {
        path: "spec.router.route.http.spec.rules[].filters[].externalAuth",
        rule: "self.protocol == 'HTTP' ? has(self.http) : true",
        message: "http must be specified when protocol is set to 'HTTP'",
      },
      {
        path: "spec.router.route.http.spec.rules[].filters[].externalAuth",
        rule: "has(self.http) ? self.protocol == 'HTTP' : true",
        message: "protocol must be 'HTTP' when http is set",
      },
      {
        path: "spec.router.route.http.spec.rules[].filters[].externalAuth.backendRef",
        rule: "(size(self.group) == 0 && self.kind == 'Service') ? has(self.port) : true",
        message: "Must have port for Service reference",
      },
      {
        path: "spec.router.route.http.spec.rules[].filters[].requestMirror",
        rule: "!(has(self.percent) && has(self.fraction))",
        message: "Only one of percent or fraction may be specified in HTTPRequestMirrorFilter",
      },
      {
        path: "spec.router.route.http.spec.rules[].filters[].requestMirror.backendRef",
        rule: "(size(self.group) == 0 && self.kind == 'Service') ? has(self.port) : true",
        message: "Must have port for Service reference",
      },
      {
        path: "spec.router.route.http.spec.rules[].filters[].requestMirror.fraction",
        rule: "self.numerator <= self.denominator",
        message: "numerator must be less than or equal to denominator",
      },
      {
        path: "spec.router.route.http.spec.rules[].filters[].requestRedirect.path",
        rule: "self.type == 'ReplaceFullPath' ? has(self.replaceFullPath) : true",
        message: "replaceFullPath must be specified when type is set to 'ReplaceFullPath'",
      },
      {
        path: "spec.router.route.http.spec.rules[].filters[].requestRedirect.path",
        rule: "has(self.replaceFullPath) ? self.type == 'ReplaceFullPath' : true",
        message: "type must be 'ReplaceFullPath' when replaceFullPath is set",
      },
      {
        path: "spec.router.route.http.spec.rules[].filters[].requestRedirect.path",
        rule: "self.type == 'ReplacePrefixMatch' ? has(self.replacePrefixMatch) : true",
        message: "replacePrefixMatch must be specified when type is set to 'ReplacePrefixMatch'",
      },
      {
        path: "spec.router.route.http.spec.rules[].filters[].requestRedirect.path",
        rule: "has(self.replacePrefixMatch) ? self.type == 'ReplacePrefixMatch' : true",
        message: "type must be 'ReplacePrefixMatch' when replacePrefixMatch is set",
      },
      {
        path: "spec.router.route.http.spec.rules[].filters[].urlRewrite.path",
        rule: "self.type == 'ReplaceFullPath' ? has(self.replaceFullPath) : true",
        message: "replaceFullPath must be specified when type is set to 'ReplaceFullPath'",
      },
      {
        path: "spec.router.route.http.spec.rules[].filters[].urlRewrite.path",
        rule: "has(self.replaceFullPath) ? self.type == 'ReplaceFullPath' : true",
        message: "type must be 'ReplaceFullPath' when replaceFullPath is set",
      },
      {
        path: "spec.router.route.http.spec.rules[].filters[].urlRewrite.path",
        rule: "self.type == 'ReplacePrefixMatch' ? has(self.replacePrefixMatch) : true",
        message: "replacePrefixMatch must be specified when type is set to 'ReplacePrefixMatch'",
      },
      {
        path: "spec.router.route.http.spec.rules[].filters[].urlRewrite.path",
        rule: "has(self.replacePrefixMatch) ? self.type == 'ReplacePrefixMatch' : true",
        message: "type must be 'ReplacePrefixMatch' when replacePrefixMatch is set",
      },
      {
        path: "spec.router.route.http.spec.rules[].matches[].path",
        rule: "(self.type in ['Exact','PathPrefix']) ? self.value.startsWith('/') : true",
        message: "value must be an absolute path and start with '/' when type one of ['Exact', 'PathPrefix']",
      },
      {
        path: "spec.router.route.http.spec.rules[].matches[].path",
        rule: "(self.type in ['Exact','PathPrefix']) ? !self.value.contains('//') : true",
        message: "must not contain '//' when type one of ['Exact', 'PathPrefix']",
      },
      {
        path: "spec.router.route.http.spec.rules[].matches[].path",
        rule: "(self.type in ['Exact','PathPrefix']) ? !self.value.contains('/./') : true",
        message: "must not contain '/./' when type one of ['Exact', 'PathPrefix']",
      },
      {
        path: "spec.router.route.http.spec.rules[].matches[].path",
        rule: "(self.type in ['Exact','PathPrefix']) ? !self.value.contains('/../') : true",
        message: "must not contain '/../' when type one of ['Exact', 'PathPrefix']",
      },
      {
        path: "spec.router.route.http.spec.rules[].matches[].path",
        rule: "(self.type in ['Exact','PathPrefix']) ? !self.value.contains('%2f') : true",
        message: "must not contain '%2f' when type one of ['Exact', 'PathPrefix']",
      },
      {
        path: "spec.router.route.http.spec.rules[].matches[].path",
        rule: "(self.type in ['Exact','PathPrefix']) ? !self.value.contains('%2F') : true",
        message: "must not contain '%2F' when type one of ['Exact', 'PathPrefix']",
      },
      {
        path: "spec.router.route.http.spec.rules[].matches[].path",
        rule: "(self.type in ['Exact','PathPrefix']) ? !self.value.contains('#') : true",
        message: "must not contain '#' when type one of ['Exact', 'PathPrefix']",
      },
      {
        path: "spec.router.route.http.spec.rules[].matches[].path",
        rule: "(self.type in ['Exact','PathPrefix']) ? !self.value.endsWith('/..') : true",
        message: "must not end with '/..' when type one of ['Exact', 'PathPrefix']",
      },
      {
        path: "spec.router.route.http.spec.rules[].matches[].path",
        rule: "(self.type in ['Exact','PathPrefix']) ? !self.value.endsWith('/.') : true",
        message: "must not end with '/.' when type one of ['Exact', 'PathPrefix']",
      },
      {
        path: "spec.router.route.http.spec.rules[].matches[].path",
        rule: "self.type in ['Exact','PathPrefix'] || self.type == 'RegularExpression'",
        message: "type must be one of ['Exact', 'PathPrefix', 'RegularExpression']",
      },
      {
        path: "spec.router.route.http.spec.rules[].matches[].path",
        rule: '(self.type in [\'Exact\',\'PathPrefix\']) ? self.value.matches(r"""^(?:[-A-Za-z0-9/._~!$&\'()*+,;=:@]|[%][0-9a-fA-F]{2})+$""") : true',
        message:
          "must only contain valid characters (matching ^(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|[%][0-9a-fA-F]{2})+$) for types ['Exact', 'PathPrefix']",
      },
      {
        path: "spec.router.route.http.spec.rules[].sessionPersistence",
        rule: "!has(self.cookieConfig) || !has(self.cookieConfig.lifetimeType) || self.cookieConfig.lifetimeType != 'Permanent' || has(self.absoluteTimeout)",
        message: "AbsoluteTimeout must be specified when cookie lifetimeType is Permanent",
      },
      {
        path: "spec.router.route.http.spec.rules[].sessionPersistence",
        rule: "!has(self.cookieConfig) || self.type == 'Cookie'",
        message: "cookieConfig can only be set with type Cookie",
      },
      {
        path: "spec.router.route.http.spec.rules[].timeouts",
        rule: "!(has(self.request) && has(self.backendRequest) && duration(self.request) != duration('0s') && duration(self.backendRequest) > duration(self.request))",
        message: "backendRequest timeout cannot be longer than request timeout",
      },
      {
        path: "spec.router.scheduler.pool.spec.endpointPickerRef",
        rule: "self.kind != 'Service' || has(self.port)",
        message: "port is required when kind is 'Service' or unspecified (defaults to 'Service')",
      },
      {
        path: "spec.router.scheduler.pool.spec.targetPorts",
        rule: "self.all(p1, self.exists_one(p2, p1.number==p2.number))",
        message: "port number must be unique",
      },
      {
        path: "spec.scaling",
        rule: "has(self.wva) || has(self.keda)",
        message: "either wva or keda must be specified when scaling is configured",
      },
      {
        path: "spec.scaling",
        rule: "!(has(self.wva) && has(self.keda))",
        message: "wva and keda are mutually exclusive",
      },
      {
        path: "spec.scaling",
        rule: "!has(self.keda) || size(self.keda.triggers) > 0",
        message: "at least one trigger is required when using direct KEDA scaling",
      },
      {
        path: "spec.scaling",
        rule: "!has(self.minReplicas) || self.minReplicas <= self.maxReplicas",
        message: "minReplicas cannot exceed maxReplicas",
      },
      {
        path: "spec.scaling",
        rule: "!has(self.wva) || !has(self.wva.keda) || !has(self.wva.keda.idleReplicaCount) || has(self.minReplicas)",
        message: "minReplicas is required when idleReplicaCount is set",
      },
      {
        path: "spec.scaling",
        rule: "!has(self.wva) || !has(self.wva.keda) || !has(self.wva.keda.idleReplicaCount) || !has(self.minReplicas) || self.wva.keda.idleReplicaCount < self.minReplicas",
        message:
          "idleReplicaCount must be less than minReplicas; idleReplicaCount defines the replica floor when no triggers are active",
      },
      {
        path: "spec.scaling",
        rule: "!has(self.keda) || !has(self.keda.idleReplicaCount) || has(self.minReplicas)",
        message: "minReplicas is required when idleReplicaCount is set",
      },
      {
        path: "spec.scaling",
        rule: "!has(self.keda) || !has(self.keda.idleReplicaCount) || !has(self.minReplicas) || self.keda.idleReplicaCount < self.minReplicas",
        message:
          "idleReplicaCount must be less than minReplicas; idleReplicaCount defines the replica floor when no triggers are active",
      },
      {
        path: "spec.scaling.keda",
        rule: "!has(self.advanced) || !has(self.advanced.horizontalPodAutoscalerConfig) || size(self.advanced.horizontalPodAutoscalerConfig.name) == 0",
        message: "horizontalPodAutoscalerConfig.name must not be set; the controller manages the HPA name",
      },
      {
        path: "spec.scaling.wva",
        rule: "!has(self.keda) || !has(self.keda.advanced) || (size(self.keda.advanced.scalingModifiers.formula) == 0 && size(self.keda.advanced.scalingModifiers.target) == 0 && size(self.keda.advanced.scalingModifiers.activationTarget) == 0 && size(self.keda.advanced.scalingModifiers.metricType) == 0)",
        message: "scalingModifiers must not be set; WVA controls the scaling metric formula and logic",
      },
      {
        path: "spec.scaling.wva",
        rule: "!(has(self.hpa) && has(self.keda))",
        message: "hpa and keda are mutually exclusive; choose one actuator backend",
      },
      {
        path: "spec.scaling.wva",
        rule: "has(self.hpa) || has(self.keda)",
        message: "either hpa or keda must be specified as the actuator backend",
      },
      {
        path: "spec.scaling.wva.keda",
        rule: "!has(self.advanced) || !has(self.advanced.horizontalPodAutoscalerConfig) || size(self.advanced.horizontalPodAutoscalerConfig.name) == 0",
        message: "horizontalPodAutoscalerConfig.name must not be set; the controller manages the HPA name",
      },
      {
        path: "status.router.group.members[].backendRef",
        rule: "(size(self.group) == 0 && self.kind == 'Service') ? has(self.port) : true",
        message: "Must have port for Service reference",
      },
    ],
    defaults: [
      { path: "spec.prefill.scaling.minReplicas", value: 1 },
      { path: "spec.router.route.http.spec.rules[].backendRefs[].filters[].externalAuth.backendRef.group", value: "" },
      {
        path: "spec.router.route.http.spec.rules[].backendRefs[].filters[].externalAuth.backendRef.kind",
        value: "Service",
      },
      { path: "spec.router.route.http.spec.rules[].backendRefs[].filters[].requestMirror.backendRef.group", value: "" },
      {
        path: "spec.router.route.http.spec.rules[].backendRefs[].filters[].requestMirror.backendRef.kind",
        value: "Service",
      },
      {
        path: "spec.router.route.http.spec.rules[].backendRefs[].filters[].requestMirror.fraction.denominator",
        value: 100,
      },
      { path: "spec.router.route.http.spec.rules[].backendRefs[].group", value: "" },
      { path: "spec.router.route.http.spec.rules[].backendRefs[].kind", value: "Service" },
      { path: "spec.router.route.http.spec.rules[].filters[].externalAuth.backendRef.group", value: "" },
      { path: "spec.router.route.http.spec.rules[].filters[].externalAuth.backendRef.kind", value: "Service" },
      { path: "spec.router.route.http.spec.rules[].filters[].requestMirror.backendRef.group", value: "" },
      { path: "spec.router.route.http.spec.rules[].filters[].requestMirror.backendRef.kind", value: "Service" },
      { path: "spec.router.route.http.spec.rules[].filters[].requestMirror.fraction.denominator", value: 100 },
      { path: "spec.router.route.http.spec.rules[].matches", value: [{ path: { type: "PathPrefix", value: "/" } }] },
      { path: "spec.router.route.http.spec.rules[].matches[].path", value: { type: "PathPrefix", value: "/" } },
      { path: "spec.router.route.http.spec.rules[].matches[].path.type", value: "PathPrefix" },
      { path: "spec.router.route.http.spec.rules[].matches[].path.value", value: "/" },
      { path: "spec.router.route.http.spec.rules[].sessionPersistence.cookieConfig.lifetimeType", value: "Session" },
      { path: "spec.router.route.http.spec.rules[].sessionPersistence.type", value: "Cookie" },
      { path: "spec.router.scheduler.pool.spec.endpointPickerRef.kind", value: "Service" },
      { path: "spec.scaling.minReplicas", value: 1 },
      { path: "status.router.group.members[].backendRef.group", value: "" },
      { path: "status.router.group.members[].backendRef.kind", value: "Service" },
    ],
  }),
  // argoproj/argo-workflows manifests/base/crds/full/argoproj.io_workflows.yaml @ f016ad89eb26
  "argoproj.io/v1alpha1 Workflow": () => ({
    kind: "Workflow",
    apiVersion: "argoproj.io/v1alpha1",
    rules: [
      {
        path: "spec.arguments.artifacts[]",
        rule: "(has(self.s3) ? 1 : 0) + (has(self.git) ? 1 : 0) + (has(self.http) ? 1 : 0) + (has(self.artifactory) ? 1 : 0) + (has(self.hdfs) ? 1 : 0) + (has(self.raw) ? 1 : 0) + (has(self.oss) ? 1 : 0) + (has(self.gcs) ? 1 : 0) + (has(self.azure) ? 1 : 0) + (has(self.plugin) ? 1 : 0) <= 1",
        message: "at most one artifact location can be specified",
      },
      {
        path: "spec.hooks{}.arguments.artifacts[]",
        rule: "(has(self.s3) ? 1 : 0) + (has(self.git) ? 1 : 0) + (has(self.http) ? 1 : 0) + (has(self.artifactory) ? 1 : 0) + (has(self.hdfs) ? 1 : 0) + (has(self.raw) ? 1 : 0) + (has(self.oss) ? 1 : 0) + (has(self.gcs) ? 1 : 0) + (has(self.azure) ? 1 : 0) + (has(self.plugin) ? 1 : 0) <= 1",
        message: "at most one artifact location can be specified",
      },
      {
        path: "spec.metrics.prometheus[].gauge",
        rule: "!has(self.realtime) || !self.realtime || !self.value.contains('resourcesDuration.')",
        message: "'resourcesDuration.*' metrics cannot be used in real-time gauges",
      },
      {
        path: "spec.templateDefaults.archiveLocation",
        rule: "(has(self.s3) ? 1 : 0) + (has(self.git) ? 1 : 0) + (has(self.http) ? 1 : 0) + (has(self.artifactory) ? 1 : 0) + (has(self.hdfs) ? 1 : 0) + (has(self.raw) ? 1 : 0) + (has(self.oss) ? 1 : 0) + (has(self.gcs) ? 1 : 0) + (has(self.azure) ? 1 : 0) + (has(self.plugin) ? 1 : 0) <= 1",
        message: "at most one artifact location can be specified",
      },
      {
        path: "spec.templateDefaults.dag.tasks[]",
        rule: "!has(self.depends) || !has(self.dependencies)",
        message: "cannot use both 'depends' and 'dependencies'",
      },
      {
        path: "spec.templateDefaults.dag.tasks[]",
        rule: "!has(self.depends) || !has(self.continueOn)",
        message: "cannot use 'continueOn' when using 'depends'",
      },
      {
        path: "spec.templateDefaults.dag.tasks[]",
        rule: "!(has(self.depends) || has(self.dependencies)) || !self.name.matches('^[0-9]')",
        message: "task name cannot begin with a digit when using 'depends' or 'dependencies'",
      },
      {
        path: "spec.templateDefaults.dag.tasks[].arguments.artifacts[]",
        rule: "(has(self.s3) ? 1 : 0) + (has(self.git) ? 1 : 0) + (has(self.http) ? 1 : 0) + (has(self.artifactory) ? 1 : 0) + (has(self.hdfs) ? 1 : 0) + (has(self.raw) ? 1 : 0) + (has(self.oss) ? 1 : 0) + (has(self.gcs) ? 1 : 0) + (has(self.azure) ? 1 : 0) + (has(self.plugin) ? 1 : 0) <= 1",
        message: "at most one artifact location can be specified",
      },
      {
        path: "spec.templateDefaults.dag.tasks[].hooks{}.arguments.artifacts[]",
        rule: "(has(self.s3) ? 1 : 0) + (has(self.git) ? 1 : 0) + (has(self.http) ? 1 : 0) + (has(self.artifactory) ? 1 : 0) + (has(self.hdfs) ? 1 : 0) + (has(self.raw) ? 1 : 0) + (has(self.oss) ? 1 : 0) + (has(self.gcs) ? 1 : 0) + (has(self.azure) ? 1 : 0) + (has(self.plugin) ? 1 : 0) <= 1",
        message: "at most one artifact location can be specified",
      },
      {
        path: "spec.templateDefaults.dag.tasks[].withSequence",
        rule: "!(has(self.count) && has(self.end))",
        message: "only one of count or end can be defined",
      },
      {
        path: "spec.templateDefaults.data.source.artifactPaths",
        rule: "(has(self.s3) ? 1 : 0) + (has(self.git) ? 1 : 0) + (has(self.http) ? 1 : 0) + (has(self.artifactory) ? 1 : 0) + (has(self.hdfs) ? 1 : 0) + (has(self.raw) ? 1 : 0) + (has(self.oss) ? 1 : 0) + (has(self.gcs) ? 1 : 0) + (has(self.azure) ? 1 : 0) + (has(self.plugin) ? 1 : 0) <= 1",
        message: "at most one artifact location can be specified",
      },
      {
        path: "spec.templateDefaults.inputs.artifacts[]",
        rule: "(has(self.s3) ? 1 : 0) + (has(self.git) ? 1 : 0) + (has(self.http) ? 1 : 0) + (has(self.artifactory) ? 1 : 0) + (has(self.hdfs) ? 1 : 0) + (has(self.raw) ? 1 : 0) + (has(self.oss) ? 1 : 0) + (has(self.gcs) ? 1 : 0) + (has(self.azure) ? 1 : 0) + (has(self.plugin) ? 1 : 0) <= 1",
        message: "at most one artifact location can be specified",
      },
      {
        path: "spec.templateDefaults.metrics.prometheus[].gauge",
        rule: "!has(self.realtime) || !self.realtime || !self.value.contains('resourcesDuration.')",
        message: "'resourcesDuration.*' metrics cannot be used in real-time gauges",
      },
      {
        path: "spec.templateDefaults.outputs.artifacts[]",
        rule: "(has(self.s3) ? 1 : 0) + (has(self.git) ? 1 : 0) + (has(self.http) ? 1 : 0) + (has(self.artifactory) ? 1 : 0) + (has(self.hdfs) ? 1 : 0) + (has(self.raw) ? 1 : 0) + (has(self.oss) ? 1 : 0) + (has(self.gcs) ? 1 : 0) + (has(self.azure) ? 1 : 0) + (has(self.plugin) ? 1 : 0) <= 1",
        message: "at most one artifact location can be specified",
      },
      {
        path: "spec.templateDefaults.resource",
        rule: "(has(self.manifest) && !has(self.manifestFrom)) || (!has(self.manifest) && has(self.manifestFrom)) || (!has(self.manifest) && !has(self.manifestFrom))",
        message: "only one of manifest or manifestFrom can be specified",
      },
      {
        path: "spec.templateDefaults.resource.manifestFrom.artifact",
        rule: "(has(self.s3) ? 1 : 0) + (has(self.git) ? 1 : 0) + (has(self.http) ? 1 : 0) + (has(self.artifactory) ? 1 : 0) + (has(self.hdfs) ? 1 : 0) + (has(self.raw) ? 1 : 0) + (has(self.oss) ? 1 : 0) + (has(self.gcs) ? 1 : 0) + (has(self.azure) ? 1 : 0) + (has(self.plugin) ? 1 : 0) <= 1",
        message: "at most one artifact location can be specified",
      },
      {
        path: "spec.templateDefaults.steps[][].arguments.artifacts[]",
        rule: "(has(self.s3) ? 1 : 0) + (has(self.git) ? 1 : 0) + (has(self.http) ? 1 : 0) + (has(self.artifactory) ? 1 : 0) + (has(self.hdfs) ? 1 : 0) + (has(self.raw) ? 1 : 0) + (has(self.oss) ? 1 : 0) + (has(self.gcs) ? 1 : 0) + (has(self.azure) ? 1 : 0) + (has(self.plugin) ? 1 : 0) <= 1",
        message: "at most one artifact location can be specified",
      },
      {
        path: "spec.templateDefaults.steps[][].hooks{}.arguments.artifacts[]",
        rule: "(has(self.s3) ? 1 : 0) + (has(self.git) ? 1 : 0) + (has(self.http) ? 1 : 0) + (has(self.artifactory) ? 1 : 0) + (has(self.hdfs) ? 1 : 0) + (has(self.raw) ? 1 : 0) + (has(self.oss) ? 1 : 0) + (has(self.gcs) ? 1 : 0) + (has(self.azure) ? 1 : 0) + (has(self.plugin) ? 1 : 0) <= 1",
        message: "at most one artifact location can be specified",
      },
      {
        path: "spec.templateDefaults.steps[][].withSequence",
        rule: "!(has(self.count) && has(self.end))",
        message: "only one of count or end can be defined",
      },
      {
        path: "spec.templates",
        rule: "self.all(t, (has(t.container) ? 1 : 0) + (has(t.script) ? 1 : 0) + (has(t.dag) ? 1 : 0) + (has(t.steps) ? 1 : 0) + (has(t.resource) ? 1 : 0) + (has(t.suspend) ? 1 : 0) + (has(t.containerSet) ? 1 : 0) + (has(t.data) ? 1 : 0) + (has(t.http) ? 1 : 0) + (has(t.plugin) ? 1 : 0) <= 1)",
        message: "template must have at most one template type",
      },
      {
        path: "spec.templates",
        rule: 'self.all(t, !(has(t.timeout) && t.timeout != "" && (has(t.steps) || has(t.dag))))',
        message: "timeout cannot be applied to steps or dag templates",
      },
      {
        path: "spec.templates",
        rule: "self.all(t, !(has(t.activeDeadlineSeconds) && (has(t.steps) || has(t.dag))))",
        message: "activeDeadlineSeconds is only valid for leaf templates",
      },
      {
        path: "spec.templates[].archiveLocation",
        rule: "(has(self.s3) ? 1 : 0) + (has(self.git) ? 1 : 0) + (has(self.http) ? 1 : 0) + (has(self.artifactory) ? 1 : 0) + (has(self.hdfs) ? 1 : 0) + (has(self.raw) ? 1 : 0) + (has(self.oss) ? 1 : 0) + (has(self.gcs) ? 1 : 0) + (has(self.azure) ? 1 : 0) + (has(self.plugin) ? 1 : 0) <= 1",
        message: "at most one artifact location can be specified",
      },
      {
        path: "spec.templates[].dag.tasks[]",
        rule: "!has(self.depends) || !has(self.dependencies)",
        message: "cannot use both 'depends' and 'dependencies'",
      },
      {
        path: "spec.templates[].dag.tasks[]",
        rule: "!has(self.depends) || !has(self.continueOn)",
        message: "cannot use 'continueOn' when using 'depends'",
      },
      {
        path: "spec.templates[].dag.tasks[]",
        rule: "!(has(self.depends) || has(self.dependencies)) || !self.name.matches('^[0-9]')",
        message: "task name cannot begin with a digit when using 'depends' or 'dependencies'",
      },
      {
        path: "spec.templates[].dag.tasks[].arguments.artifacts[]",
        rule: "(has(self.s3) ? 1 : 0) + (has(self.git) ? 1 : 0) + (has(self.http) ? 1 : 0) + (has(self.artifactory) ? 1 : 0) + (has(self.hdfs) ? 1 : 0) + (has(self.raw) ? 1 : 0) + (has(self.oss) ? 1 : 0) + (has(self.gcs) ? 1 : 0) + (has(self.azure) ? 1 : 0) + (has(self.plugin) ? 1 : 0) <= 1",
        message: "at most one artifact location can be specified",
      },
      {
        path: "spec.templates[].dag.tasks[].hooks{}.arguments.artifacts[]",
        rule: "(has(self.s3) ? 1 : 0) + (has(self.git) ? 1 : 0) + (has(self.http) ? 1 : 0) + (has(self.artifactory) ? 1 : 0) + (has(self.hdfs) ? 1 : 0) + (has(self.raw) ? 1 : 0) + (has(self.oss) ? 1 : 0) + (has(self.gcs) ? 1 : 0) + (has(self.azure) ? 1 : 0) + (has(self.plugin) ? 1 : 0) <= 1",
        message: "at most one artifact location can be specified",
      },
      {
        path: "spec.templates[].dag.tasks[].withSequence",
        rule: "!(has(self.count) && has(self.end))",
        message: "only one of count or end can be defined",
      },
      {
        path: "spec.templates[].data.source.artifactPaths",
        rule: "(has(self.s3) ? 1 : 0) + (has(self.git) ? 1 : 0) + (has(self.http) ? 1 : 0) + (has(self.artifactory) ? 1 : 0) + (has(self.hdfs) ? 1 : 0) + (has(self.raw) ? 1 : 0) + (has(self.oss) ? 1 : 0) + (has(self.gcs) ? 1 : 0) + (has(self.azure) ? 1 : 0) + (has(self.plugin) ? 1 : 0) <= 1",
        message: "at most one artifact location can be specified",
      },
      {
        path: "spec.templates[].inputs.artifacts[]",
        rule: "(has(self.s3) ? 1 : 0) + (has(self.git) ? 1 : 0) + (has(self.http) ? 1 : 0) + (has(self.artifactory) ? 1 : 0) + (has(self.hdfs) ? 1 : 0) + (has(self.raw) ? 1 : 0) + (has(self.oss) ? 1 : 0) + (has(self.gcs) ? 1 : 0) + (has(self.azure) ? 1 : 0) + (has(self.plugin) ? 1 : 0) <= 1",
        message: "at most one artifact location can be specified",
      },
      {
        path: "spec.templates[].metrics.prometheus[].gauge",
        rule: "!has(self.realtime) || !self.realtime || !self.value.contains('resourcesDuration.')",
        message: "'resourcesDuration.*' metrics cannot be used in real-time gauges",
      },
      {
        path: "spec.templates[].outputs.artifacts[]",
        rule: "(has(self.s3) ? 1 : 0) + (has(self.git) ? 1 : 0) + (has(self.http) ? 1 : 0) + (has(self.artifactory) ? 1 : 0) + (has(self.hdfs) ? 1 : 0) + (has(self.raw) ? 1 : 0) + (has(self.oss) ? 1 : 0) + (has(self.gcs) ? 1 : 0) + (has(self.azure) ? 1 : 0) + (has(self.plugin) ? 1 : 0) <= 1",
        message: "at most one artifact location can be specified",
      },
      {
        path: "spec.templates[].resource",
        rule: "(has(self.manifest) && !has(self.manifestFrom)) || (!has(self.manifest) && has(self.manifestFrom)) || (!has(self.manifest) && !has(self.manifestFrom))",
        message: "only one of manifest or manifestFrom can be specified",
      },
      {
        path: "spec.templates[].resource.manifestFrom.artifact",
        rule: "(has(self.s3) ? 1 : 0) + (has(self.git) ? 1 : 0) + (has(self.http) ? 1 : 0) + (has(self.artifactory) ? 1 : 0) + (has(self.hdfs) ? 1 : 0) + (has(self.raw) ? 1 : 0) + (has(self.oss) ? 1 : 0) + (has(self.gcs) ? 1 : 0) + (has(self.azure) ? 1 : 0) + (has(self.plugin) ? 1 : 0) <= 1",
        message: "at most one artifact location can be specified",
      },
      {
        path: "spec.templates[].steps[][].arguments.artifacts[]",
        rule: "(has(self.s3) ? 1 : 0) + (has(self.git) ? 1 : 0) + (has(self.http) ? 1 : 0) + (has(self.artifactory) ? 1 : 0) + (has(self.hdfs) ? 1 : 0) + (has(self.raw) ? 1 : 0) + (has(self.oss) ? 1 : 0) + (has(self.gcs) ? 1 : 0) + (has(self.azure) ? 1 : 0) + (has(self.plugin) ? 1 : 0) <= 1",
        message: "at most one artifact location can be specified",
      },
      {
        path: "spec.templates[].steps[][].hooks{}.arguments.artifacts[]",
        rule: "(has(self.s3) ? 1 : 0) + (has(self.git) ? 1 : 0) + (has(self.http) ? 1 : 0) + (has(self.artifactory) ? 1 : 0) + (has(self.hdfs) ? 1 : 0) + (has(self.raw) ? 1 : 0) + (has(self.oss) ? 1 : 0) + (has(self.gcs) ? 1 : 0) + (has(self.azure) ? 1 : 0) + (has(self.plugin) ? 1 : 0) <= 1",
        message: "at most one artifact location can be specified",
      },
      {
        path: "spec.templates[].steps[][].withSequence",
        rule: "!(has(self.count) && has(self.end))",
        message: "only one of count or end can be defined",
      },
    ],
    defaults: [],
  }),
  // kubeflow/trainer manifests/base/crds/trainer.kubeflow.org_trainingruntimes.yaml @ 8c0f5059bd51
  "trainer.kubeflow.org/v1alpha1 TrainingRuntime": () => ({
    kind: "TrainingRuntime",
    apiVersion: "trainer.kubeflow.org/v1alpha1",
    rules: [
      {
        path: "spec.mlPolicy",
        rule: "[has(self.torch), has(self.mpi), has(self.jax), has(self.xgboost),has(self.flux)].filter(x, x).size() <= 1",
        message: "Only one of the policy can be configured",
      },
      {
        path: "spec.mlPolicy.flux.numProcPerNode",
        rule: "self >= 1",
        message: "NumProcPerNode in fluxPolicy must be >= 1",
      },
      {
        path: "spec.mlPolicy.mpi.numProcPerNode",
        rule: "self >= 1",
        message: "NumProcPerNode in mpiPolicy must be >= 1",
      },
      {
        path: "spec.mlPolicy.torch.envInjection.targets[].containerNames",
        rule: "!self.exists(c, c == 'node')",
        message:
          "containerNames must not include the main node container because PET_* envs are always injected into it",
      },
      {
        path: "spec.template.spec",
        rule: "!(has(self.startupPolicy) && self.startupPolicy.startupPolicyOrder == 'InOrder' && self.replicatedJobs.exists(x, has(x.dependsOn)))",
        message: "StartupPolicy and DependsOn APIs are mutually exclusive",
      },
      {
        path: "spec.template.spec.volumeClaimPolicies[]",
        rule: "self.templates.all(t, !has(t.metadata.namespace) || size(t.metadata.namespace) == 0)",
        message: "namespace cannot be set for VolumeClaimPolicies templates",
      },
    ],
    defaults: [],
  }),
  // kubernetes-sigs/kueue config/components/crd/bases/kueue.x-k8s.io_clusterqueues.yaml @ ff69552e79ad
  "kueue.x-k8s.io/v1beta2 ClusterQueue": () => ({
    kind: "ClusterQueue",
    apiVersion: "kueue.x-k8s.io/v1beta2",
    rules: [
      {
        path: "spec",
        rule: "!has(self.cohortName) && has(self.resourceGroups) ? self.resourceGroups.all(rg, rg.flavors.all(f, f.resources.all(r, !has(r.borrowingLimit)))) : true",
        message: "borrowingLimit must be nil when cohort is empty",
      },
      {
        path: "spec.flavorFungibility",
        rule: "!has(self.preference) || (self.whenCanBorrow == 'TryNextFlavor' && self.whenCanPreempt == 'TryNextFlavor')",
        message: "preference can only be set when both whenCanBorrow and whenCanPreempt are TryNextFlavor",
      },
      {
        path: "spec.preemption",
        rule: "!(self.reclaimWithinCohort == 'Never' && has(self.borrowWithinCohort) &&  self.borrowWithinCohort.policy != 'Never')",
        message: "reclaimWithinCohort=Never and borrowWithinCohort.Policy!=Never",
      },
      {
        path: "spec.resourceGroups[]",
        rule: "self.flavors.all(x, size(x.resources) == size(self.coveredResources))",
        message: "flavors must have the same number of resources as the coveredResources",
      },
    ],
    defaults: [
      { path: "spec.flavorFungibility.whenCanBorrow", value: "MayStopSearch" },
      { path: "spec.flavorFungibility.whenCanPreempt", value: "TryNextFlavor" },
      { path: "spec.preemption.borrowWithinCohort", value: {} },
      { path: "spec.preemption.borrowWithinCohort.policy", value: "Never" },
      { path: "spec.preemption.reclaimWithinCohort", value: "Never" },
    ],
  }),
  // kubernetes-sigs/kueue config/components/crd/bases/kueue.x-k8s.io_resourceflavors.yaml @ ff69552e79ad
  "kueue.x-k8s.io/v1beta2 ResourceFlavor": () => ({
    kind: "ResourceFlavor",
    apiVersion: "kueue.x-k8s.io/v1beta2",
    rules: [
      {
        path: "spec",
        rule: "!has(self.topologyName) || self.nodeLabels.size() >= 1",
        message: "at least one nodeLabel is required when topology is set",
      },
      {
        path: "spec.nodeTaints",
        rule: "self.all(x, x.effect in ['NoSchedule', 'PreferNoSchedule', 'NoExecute'])",
        message: "supported taint effect values: 'NoSchedule', 'PreferNoSchedule', 'NoExecute'",
      },
      {
        path: "spec.tolerations",
        rule: "self.all(x, !has(x.key) ? x.operator == 'Exists' : true)",
        message: "operator must be Exists when 'key' is empty, which means 'match all values and all keys'",
      },
      {
        path: "spec.tolerations",
        rule: "self.all(x, has(x.tolerationSeconds) ? x.effect == 'NoExecute' : true)",
        message: "effect must be 'NoExecute' when 'tolerationSeconds' is set",
      },
      {
        path: "spec.tolerations",
        rule: "self.all(x, !has(x.operator) || x.operator in ['Equal', 'Exists'])",
        message: "supported toleration values: 'Equal'(default), 'Exists'",
      },
      {
        path: "spec.tolerations",
        rule: "self.all(x, has(x.operator) && x.operator == 'Exists' ? !has(x.value) : true)",
        message: "a value must be empty when 'operator' is 'Exists'",
      },
      {
        path: "spec.tolerations",
        rule: "self.all(x, !has(x.effect) || x.effect in ['NoSchedule', 'PreferNoSchedule', 'NoExecute'])",
        message: "supported taint effect values: 'NoSchedule', 'PreferNoSchedule', 'NoExecute'",
      },
    ],
    defaults: [],
  }),
  // kubernetes-sigs/kueue config/components/crd/bases/kueue.x-k8s.io_topologies.yaml @ ff69552e79ad
  "kueue.x-k8s.io/v1beta2 Topology": () => ({
    kind: "Topology",
    apiVersion: "kueue.x-k8s.io/v1beta2",
    rules: [
      {
        path: "spec.levels",
        rule: "size(self.filter(i, size(self.filter(j, j == i)) > 1)) == 0",
        message: "must be unique",
      },
      {
        path: "spec.levels",
        rule: "size(self.filter(i, i.nodeLabel == 'kubernetes.io/hostname')) == 0 || self[size(self) - 1].nodeLabel == 'kubernetes.io/hostname'",
        message: "the kubernetes.io/hostname label can only be used at the lowest level of topology",
      },
    ],
    defaults: [],
  }),
  // kubernetes-csi/external-snapshotter client/config/crd/snapshot.storage.k8s.io_volumesnapshots.yaml @ afb2f0d85e00
  "snapshot.storage.k8s.io/v1 VolumeSnapshot": () => ({
    kind: "VolumeSnapshot",
    apiVersion: "snapshot.storage.k8s.io/v1",
    rules: [
      {
        path: "spec.source",
        rule: "(has(self.volumeSnapshotContentName) && !has(self.persistentVolumeClaimName)) || (!has(self.volumeSnapshotContentName) && has(self.persistentVolumeClaimName))",
        message: "exactly one of volumeSnapshotContentName and persistentVolumeClaimName must be set",
      },
      {
        path: "spec.volumeSnapshotClassName",
        rule: "size(self) > 0",
        message: "volumeSnapshotClassName must not be the empty string when set",
      },
    ],
    defaults: [],
  }),
  // kubernetes-csi/external-snapshotter client/config/crd/snapshot.storage.k8s.io_volumesnapshotcontents.yaml @ afb2f0d85e00
  "snapshot.storage.k8s.io/v1 VolumeSnapshotContent": () => ({
    kind: "VolumeSnapshotContent",
    apiVersion: "snapshot.storage.k8s.io/v1",
    rules: [
      {
        path: "spec.source",
        rule: "(has(self.volumeHandle) && !has(self.snapshotHandle)) || (!has(self.volumeHandle) && has(self.snapshotHandle))",
        message: "exactly one of volumeHandle and snapshotHandle must be set",
      },
      {
        path: "spec.volumeSnapshotRef",
        rule: "has(self.name) && has(self.__namespace__)",
        message: "both spec.volumeSnapshotRef.name and spec.volumeSnapshotRef.namespace must be set",
      },
    ],
    defaults: [],
  }),
  // kedacore/keda config/crd/bases/keda.sh_scaledobjects.yaml @ 8b4f083ca8c8
  "keda.sh/v1alpha1 ScaledObject": () => ({
    kind: "ScaledObject",
    apiVersion: "keda.sh/v1alpha1",
    rules: [
      {
        path: "spec",
        rule: "!has(self.minReplicaCount) || self.minReplicaCount <= (has(self.maxReplicaCount) ? self.maxReplicaCount : 100)",
        message: "minReplicaCount must be less than or equal to maxReplicaCount",
      },
    ],
    defaults: [],
  }),
  // kubernetes-sigs/gateway-api config/crd/standard/gateway.networking.k8s.io_httproutes.yaml @ 4564255ac2c3
  "gateway.networking.k8s.io/v1 HTTPRoute": () => ({
    kind: "HTTPRoute",
    apiVersion: "gateway.networking.k8s.io/v1",
    rules: [
      {
        path: "spec.parentRefs",
        rule: "self.all(p1, self.all(p2, p1.group == p2.group && p1.kind == p2.kind && p1.name == p2.name && (((!has(p1.__namespace__) || p1.__namespace__ == '') && (!has(p2.__namespace__) || p2.__namespace__ == '')) || (has(p1.__namespace__) && has(p2.__namespace__) && p1.__namespace__ == p2.__namespace__ )) ? ((!has(p1.sectionName) || p1.sectionName == '') == (!has(p2.sectionName) || p2.sectionName == '')) : true))",
        message: "sectionName must be specified when parentRefs includes 2 or more references to the same parent",
      },
      {
        path: "spec.parentRefs",
        rule: "self.all(p1, self.exists_one(p2, p1.group == p2.group && p1.kind == p2.kind && p1.name == p2.name && (((!has(p1.__namespace__) || p1.__namespace__ == '') && (!has(p2.__namespace__) || p2.__namespace__ == '')) || (has(p1.__namespace__) && has(p2.__namespace__) && p1.__namespace__ == p2.__namespace__ )) && (((!has(p1.sectionName) || p1.sectionName == '') && (!has(p2.sectionName) || p2.sectionName == '')) || (has(p1.sectionName) && has(p2.sectionName) && p1.sectionName == p2.sectionName))))",
        message: "sectionName must be unique when parentRefs includes 2 or more references to the same parent",
      },
      {
        path: "spec.rules",
        rule: "(self.size() > 0 ? self[0].matches.size() : 0) + (self.size() > 1 ? self[1].matches.size() : 0) + (self.size() > 2 ? self[2].matches.size() : 0) + (self.size() > 3 ? self[3].matches.size() : 0) + (self.size() > 4 ? self[4].matches.size() : 0) + (self.size() > 5 ? self[5].matches.size() : 0) + (self.size() > 6 ? self[6].matches.size() : 0) + (self.size() > 7 ? self[7].matches.size() : 0) + (self.size() > 8 ? self[8].matches.size() : 0) + (self.size() > 9 ? self[9].matches.size() : 0) + (self.size() > 10 ? self[10].matches.size() : 0) + (self.size() > 11 ? self[11].matches.size() : 0) + (self.size() > 12 ? self[12].matches.size() : 0) + (self.size() > 13 ? self[13].matches.size() : 0) + (self.size() > 14 ? self[14].matches.size() : 0) + (self.size() > 15 ? self[15].matches.size() : 0) <= 128",
        message:
          "While 16 rules and 64 matches per rule are allowed, the total number of matches across all rules in a route must be less than 128",
      },
      {
        path: "spec.rules[]",
        rule: "(has(self.backendRefs) && size(self.backendRefs) > 0) ? (!has(self.filters) || self.filters.all(f, !has(f.requestRedirect))): true",
        message: "RequestRedirect filter must not be used together with backendRefs",
      },
      {
        path: "spec.rules[]",
        rule: "(has(self.filters) && self.filters.exists_one(f, has(f.requestRedirect) && has(f.requestRedirect.path) && f.requestRedirect.path.type == 'ReplacePrefixMatch' && has(f.requestRedirect.path.replacePrefixMatch))) ? ((size(self.matches) != 1 || !has(self.matches[0].path) || self.matches[0].path.type != 'PathPrefix') ? false : true) : true",
        message:
          "When using RequestRedirect filter with path.replacePrefixMatch, exactly one PathPrefix match must be specified",
      },
      {
        path: "spec.rules[]",
        rule: "(has(self.filters) && self.filters.exists_one(f, has(f.urlRewrite) && has(f.urlRewrite.path) && f.urlRewrite.path.type == 'ReplacePrefixMatch' && has(f.urlRewrite.path.replacePrefixMatch))) ? ((size(self.matches) != 1 || !has(self.matches[0].path) || self.matches[0].path.type != 'PathPrefix') ? false : true) : true",
        message:
          "When using URLRewrite filter with path.replacePrefixMatch, exactly one PathPrefix match must be specified",
      },
      {
        path: "spec.rules[]",
        rule: "(has(self.backendRefs) && self.backendRefs.exists_one(b, (has(b.filters) && b.filters.exists_one(f, has(f.requestRedirect) && has(f.requestRedirect.path) && f.requestRedirect.path.type == 'ReplacePrefixMatch' && has(f.requestRedirect.path.replacePrefixMatch))) )) ? ((size(self.matches) != 1 || !has(self.matches[0].path) || self.matches[0].path.type != 'PathPrefix') ? false : true) : true",
        message:
          "Within backendRefs, when using RequestRedirect filter with path.replacePrefixMatch, exactly one PathPrefix match must be specified",
      },
      {
        path: "spec.rules[]",
        rule: "(has(self.backendRefs) && self.backendRefs.exists_one(b, (has(b.filters) && b.filters.exists_one(f, has(f.urlRewrite) && has(f.urlRewrite.path) && f.urlRewrite.path.type == 'ReplacePrefixMatch' && has(f.urlRewrite.path.replacePrefixMatch))) )) ? ((size(self.matches) != 1 || !has(self.matches[0].path) || self.matches[0].path.type != 'PathPrefix') ? false : true) : true",
        message:
          "Within backendRefs, When using URLRewrite filter with path.replacePrefixMatch, exactly one PathPrefix match must be specified",
      },
      {
        path: "spec.rules[].backendRefs[]",
        rule: "(size(self.group) == 0 && self.kind == 'Service') ? has(self.port) : true",
        message: "Must have port for Service reference",
      },
      {
        path: "spec.rules[].backendRefs[].filters",
        rule: "!(self.exists(f, f.type == 'RequestRedirect') && self.exists(f, f.type == 'URLRewrite'))",
        message: "May specify either httpRouteFilterRequestRedirect or httpRouteFilterRequestRewrite, but not both",
      },
      {
        path: "spec.rules[].backendRefs[].filters",
        rule: "self.filter(f, f.type == 'CORS').size() <= 1",
        message: "CORS filter cannot be repeated",
      },
      {
        path: "spec.rules[].backendRefs[].filters",
        rule: "self.filter(f, f.type == 'RequestHeaderModifier').size() <= 1",
        message: "RequestHeaderModifier filter cannot be repeated",
      },
      {
        path: "spec.rules[].backendRefs[].filters",
        rule: "self.filter(f, f.type == 'ResponseHeaderModifier').size() <= 1",
        message: "ResponseHeaderModifier filter cannot be repeated",
      },
      {
        path: "spec.rules[].backendRefs[].filters",
        rule: "self.filter(f, f.type == 'RequestRedirect').size() <= 1",
        message: "RequestRedirect filter cannot be repeated",
      },
      {
        path: "spec.rules[].backendRefs[].filters",
        rule: "self.filter(f, f.type == 'URLRewrite').size() <= 1",
        message: "URLRewrite filter cannot be repeated",
      },
      {
        path: "spec.rules[].backendRefs[].filters[]",
        rule: "!(has(self.cors) && self.type != 'CORS')",
        message: "filter.cors must be nil if the filter.type is not CORS",
      },
      {
        path: "spec.rules[].backendRefs[].filters[]",
        rule: "!(!has(self.cors) && self.type == 'CORS')",
        message: "filter.cors must be specified for CORS filter.type",
      },
      {
        path: "spec.rules[].backendRefs[].filters[]",
        rule: "!(has(self.requestHeaderModifier) && self.type != 'RequestHeaderModifier')",
        message: "filter.requestHeaderModifier must be nil if the filter.type is not RequestHeaderModifier",
      },
      {
        path: "spec.rules[].backendRefs[].filters[]",
        rule: "!(!has(self.requestHeaderModifier) && self.type == 'RequestHeaderModifier')",
        message: "filter.requestHeaderModifier must be specified for RequestHeaderModifier filter.type",
      },
      {
        path: "spec.rules[].backendRefs[].filters[]",
        rule: "!(has(self.responseHeaderModifier) && self.type != 'ResponseHeaderModifier')",
        message: "filter.responseHeaderModifier must be nil if the filter.type is not ResponseHeaderModifier",
      },
      {
        path: "spec.rules[].backendRefs[].filters[]",
        rule: "!(!has(self.responseHeaderModifier) && self.type == 'ResponseHeaderModifier')",
        message: "filter.responseHeaderModifier must be specified for ResponseHeaderModifier filter.type",
      },
      {
        path: "spec.rules[].backendRefs[].filters[]",
        rule: "!(has(self.requestMirror) && self.type != 'RequestMirror')",
        message: "filter.requestMirror must be nil if the filter.type is not RequestMirror",
      },
      {
        path: "spec.rules[].backendRefs[].filters[]",
        rule: "!(!has(self.requestMirror) && self.type == 'RequestMirror')",
        message: "filter.requestMirror must be specified for RequestMirror filter.type",
      },
      {
        path: "spec.rules[].backendRefs[].filters[]",
        rule: "!(has(self.requestRedirect) && self.type != 'RequestRedirect')",
        message: "filter.requestRedirect must be nil if the filter.type is not RequestRedirect",
      },
      {
        path: "spec.rules[].backendRefs[].filters[]",
        rule: "!(!has(self.requestRedirect) && self.type == 'RequestRedirect')",
        message: "filter.requestRedirect must be specified for RequestRedirect filter.type",
      },
      {
        path: "spec.rules[].backendRefs[].filters[]",
        rule: "!(has(self.urlRewrite) && self.type != 'URLRewrite')",
        message: "filter.urlRewrite must be nil if the filter.type is not URLRewrite",
      },
      {
        path: "spec.rules[].backendRefs[].filters[]",
        rule: "!(!has(self.urlRewrite) && self.type == 'URLRewrite')",
        message: "filter.urlRewrite must be specified for URLRewrite filter.type",
      },
      {
        path: "spec.rules[].backendRefs[].filters[]",
        rule: "!(has(self.extensionRef) && self.type != 'ExtensionRef')",
        message: "filter.extensionRef must be nil if the filter.type is not ExtensionRef",
      },
      {
        path: "spec.rules[].backendRefs[].filters[]",
        rule: "!(!has(self.extensionRef) && self.type == 'ExtensionRef')",
        message: "filter.extensionRef must be specified for ExtensionRef filter.type",
      },
      {
        path: "spec.rules[].backendRefs[].filters[].cors.allowHeaders",
        rule: "!('*' in self && self.size() > 1)",
        message: "AllowHeaders cannot contain '*' alongside other methods",
      },
      {
        path: "spec.rules[].backendRefs[].filters[].cors.allowMethods",
        rule: "!('*' in self && self.size() > 1)",
        message: "AllowMethods cannot contain '*' alongside other methods",
      },
      {
        path: "spec.rules[].backendRefs[].filters[].cors.allowOrigins",
        rule: "!('*' in self && self.size() > 1)",
        message: "AllowOrigins cannot contain '*' alongside other origins",
      },
      {
        path: "spec.rules[].backendRefs[].filters[].requestMirror",
        rule: "!(has(self.percent) && has(self.fraction))",
        message: "Only one of percent or fraction may be specified in HTTPRequestMirrorFilter",
      },
      {
        path: "spec.rules[].backendRefs[].filters[].requestMirror.backendRef",
        rule: "(size(self.group) == 0 && self.kind == 'Service') ? has(self.port) : true",
        message: "Must have port for Service reference",
      },
      {
        path: "spec.rules[].backendRefs[].filters[].requestMirror.fraction",
        rule: "self.numerator <= self.denominator",
        message: "numerator must be less than or equal to denominator",
      },
      {
        path: "spec.rules[].backendRefs[].filters[].requestRedirect.path",
        rule: "self.type == 'ReplaceFullPath' ? has(self.replaceFullPath) : true",
        message: "replaceFullPath must be specified when type is set to 'ReplaceFullPath'",
      },
      {
        path: "spec.rules[].backendRefs[].filters[].requestRedirect.path",
        rule: "has(self.replaceFullPath) ? self.type == 'ReplaceFullPath' : true",
        message: "type must be 'ReplaceFullPath' when replaceFullPath is set",
      },
      {
        path: "spec.rules[].backendRefs[].filters[].requestRedirect.path",
        rule: "self.type == 'ReplacePrefixMatch' ? has(self.replacePrefixMatch) : true",
        message: "replacePrefixMatch must be specified when type is set to 'ReplacePrefixMatch'",
      },
      {
        path: "spec.rules[].backendRefs[].filters[].requestRedirect.path",
        rule: "has(self.replacePrefixMatch) ? self.type == 'ReplacePrefixMatch' : true",
        message: "type must be 'ReplacePrefixMatch' when replacePrefixMatch is set",
      },
      {
        path: "spec.rules[].backendRefs[].filters[].urlRewrite.path",
        rule: "self.type == 'ReplaceFullPath' ? has(self.replaceFullPath) : true",
        message: "replaceFullPath must be specified when type is set to 'ReplaceFullPath'",
      },
      {
        path: "spec.rules[].backendRefs[].filters[].urlRewrite.path",
        rule: "has(self.replaceFullPath) ? self.type == 'ReplaceFullPath' : true",
        message: "type must be 'ReplaceFullPath' when replaceFullPath is set",
      },
      {
        path: "spec.rules[].backendRefs[].filters[].urlRewrite.path",
        rule: "self.type == 'ReplacePrefixMatch' ? has(self.replacePrefixMatch) : true",
        message: "replacePrefixMatch must be specified when type is set to 'ReplacePrefixMatch'",
      },
      {
        path: "spec.rules[].backendRefs[].filters[].urlRewrite.path",
        rule: "has(self.replacePrefixMatch) ? self.type == 'ReplacePrefixMatch' : true",
        message: "type must be 'ReplacePrefixMatch' when replacePrefixMatch is set",
      },
      {
        path: "spec.rules[].filters",
        rule: "!(self.exists(f, f.type == 'RequestRedirect') && self.exists(f, f.type == 'URLRewrite'))",
        message: "May specify either httpRouteFilterRequestRedirect or httpRouteFilterRequestRewrite, but not both",
      },
      {
        path: "spec.rules[].filters",
        rule: "self.filter(f, f.type == 'CORS').size() <= 1",
        message: "CORS filter cannot be repeated",
      },
      {
        path: "spec.rules[].filters",
        rule: "self.filter(f, f.type == 'RequestHeaderModifier').size() <= 1",
        message: "RequestHeaderModifier filter cannot be repeated",
      },
      {
        path: "spec.rules[].filters",
        rule: "self.filter(f, f.type == 'ResponseHeaderModifier').size() <= 1",
        message: "ResponseHeaderModifier filter cannot be repeated",
      },
      {
        path: "spec.rules[].filters",
        rule: "self.filter(f, f.type == 'RequestRedirect').size() <= 1",
        message: "RequestRedirect filter cannot be repeated",
      },
      {
        path: "spec.rules[].filters",
        rule: "self.filter(f, f.type == 'URLRewrite').size() <= 1",
        message: "URLRewrite filter cannot be repeated",
      },
      {
        path: "spec.rules[].filters[]",
        rule: "!(has(self.cors) && self.type != 'CORS')",
        message: "filter.cors must be nil if the filter.type is not CORS",
      },
      {
        path: "spec.rules[].filters[]",
        rule: "!(!has(self.cors) && self.type == 'CORS')",
        message: "filter.cors must be specified for CORS filter.type",
      },
      {
        path: "spec.rules[].filters[]",
        rule: "!(has(self.requestHeaderModifier) && self.type != 'RequestHeaderModifier')",
        message: "filter.requestHeaderModifier must be nil if the filter.type is not RequestHeaderModifier",
      },
      {
        path: "spec.rules[].filters[]",
        rule: "!(!has(self.requestHeaderModifier) && self.type == 'RequestHeaderModifier')",
        message: "filter.requestHeaderModifier must be specified for RequestHeaderModifier filter.type",
      },
      {
        path: "spec.rules[].filters[]",
        rule: "!(has(self.responseHeaderModifier) && self.type != 'ResponseHeaderModifier')",
        message: "filter.responseHeaderModifier must be nil if the filter.type is not ResponseHeaderModifier",
      },
      {
        path: "spec.rules[].filters[]",
        rule: "!(!has(self.responseHeaderModifier) && self.type == 'ResponseHeaderModifier')",
        message: "filter.responseHeaderModifier must be specified for ResponseHeaderModifier filter.type",
      },
      {
        path: "spec.rules[].filters[]",
        rule: "!(has(self.requestMirror) && self.type != 'RequestMirror')",
        message: "filter.requestMirror must be nil if the filter.type is not RequestMirror",
      },
      {
        path: "spec.rules[].filters[]",
        rule: "!(!has(self.requestMirror) && self.type == 'RequestMirror')",
        message: "filter.requestMirror must be specified for RequestMirror filter.type",
      },
      {
        path: "spec.rules[].filters[]",
        rule: "!(has(self.requestRedirect) && self.type != 'RequestRedirect')",
        message: "filter.requestRedirect must be nil if the filter.type is not RequestRedirect",
      },
      {
        path: "spec.rules[].filters[]",
        rule: "!(!has(self.requestRedirect) && self.type == 'RequestRedirect')",
        message: "filter.requestRedirect must be specified for RequestRedirect filter.type",
      },
      {
        path: "spec.rules[].filters[]",
        rule: "!(has(self.urlRewrite) && self.type != 'URLRewrite')",
        message: "filter.urlRewrite must be nil if the filter.type is not URLRewrite",
      },
      {
        path: "spec.rules[].filters[]",
        rule: "!(!has(self.urlRewrite) && self.type == 'URLRewrite')",
        message: "filter.urlRewrite must be specified for URLRewrite filter.type",
      },
      {
        path: "spec.rules[].filters[]",
        rule: "!(has(self.extensionRef) && self.type != 'ExtensionRef')",
        message: "filter.extensionRef must be nil if the filter.type is not ExtensionRef",
      },
      {
        path: "spec.rules[].filters[]",
        rule: "!(!has(self.extensionRef) && self.type == 'ExtensionRef')",
        message: "filter.extensionRef must be specified for ExtensionRef filter.type",
      },
      {
        path: "spec.rules[].filters[].cors.allowHeaders",
        rule: "!('*' in self && self.size() > 1)",
        message: "AllowHeaders cannot contain '*' alongside other methods",
      },
      {
        path: "spec.rules[].filters[].cors.allowMethods",
        rule: "!('*' in self && self.size() > 1)",
        message: "AllowMethods cannot contain '*' alongside other methods",
      },
      {
        path: "spec.rules[].filters[].cors.allowOrigins",
        rule: "!('*' in self && self.size() > 1)",
        message: "AllowOrigins cannot contain '*' alongside other origins",
      },
      {
        path: "spec.rules[].filters[].requestMirror",
        rule: "!(has(self.percent) && has(self.fraction))",
        message: "Only one of percent or fraction may be specified in HTTPRequestMirrorFilter",
      },
      {
        path: "spec.rules[].filters[].requestMirror.backendRef",
        rule: "(size(self.group) == 0 && self.kind == 'Service') ? has(self.port) : true",
        message: "Must have port for Service reference",
      },
      {
        path: "spec.rules[].filters[].requestMirror.fraction",
        rule: "self.numerator <= self.denominator",
        message: "numerator must be less than or equal to denominator",
      },
      {
        path: "spec.rules[].filters[].requestRedirect.path",
        rule: "self.type == 'ReplaceFullPath' ? has(self.replaceFullPath) : true",
        message: "replaceFullPath must be specified when type is set to 'ReplaceFullPath'",
      },
      {
        path: "spec.rules[].filters[].requestRedirect.path",
        rule: "has(self.replaceFullPath) ? self.type == 'ReplaceFullPath' : true",
        message: "type must be 'ReplaceFullPath' when replaceFullPath is set",
      },
      {
        path: "spec.rules[].filters[].requestRedirect.path",
        rule: "self.type == 'ReplacePrefixMatch' ? has(self.replacePrefixMatch) : true",
        message: "replacePrefixMatch must be specified when type is set to 'ReplacePrefixMatch'",
      },
      {
        path: "spec.rules[].filters[].requestRedirect.path",
        rule: "has(self.replacePrefixMatch) ? self.type == 'ReplacePrefixMatch' : true",
        message: "type must be 'ReplacePrefixMatch' when replacePrefixMatch is set",
      },
      {
        path: "spec.rules[].filters[].urlRewrite.path",
        rule: "self.type == 'ReplaceFullPath' ? has(self.replaceFullPath) : true",
        message: "replaceFullPath must be specified when type is set to 'ReplaceFullPath'",
      },
      {
        path: "spec.rules[].filters[].urlRewrite.path",
        rule: "has(self.replaceFullPath) ? self.type == 'ReplaceFullPath' : true",
        message: "type must be 'ReplaceFullPath' when replaceFullPath is set",
      },
      {
        path: "spec.rules[].filters[].urlRewrite.path",
        rule: "self.type == 'ReplacePrefixMatch' ? has(self.replacePrefixMatch) : true",
        message: "replacePrefixMatch must be specified when type is set to 'ReplacePrefixMatch'",
      },
      {
        path: "spec.rules[].filters[].urlRewrite.path",
        rule: "has(self.replacePrefixMatch) ? self.type == 'ReplacePrefixMatch' : true",
        message: "type must be 'ReplacePrefixMatch' when replacePrefixMatch is set",
      },
      {
        path: "spec.rules[].matches[].path",
        rule: "(self.type in ['Exact','PathPrefix']) ? self.value.startsWith('/') : true",
        message: "value must be an absolute path and start with '/' when type one of ['Exact', 'PathPrefix']",
      },
      {
        path: "spec.rules[].matches[].path",
        rule: "(self.type in ['Exact','PathPrefix']) ? !self.value.contains('//') : true",
        message: "must not contain '//' when type one of ['Exact', 'PathPrefix']",
      },
      {
        path: "spec.rules[].matches[].path",
        rule: "(self.type in ['Exact','PathPrefix']) ? !self.value.contains('/./') : true",
        message: "must not contain '/./' when type one of ['Exact', 'PathPrefix']",
      },
      {
        path: "spec.rules[].matches[].path",
        rule: "(self.type in ['Exact','PathPrefix']) ? !self.value.contains('/../') : true",
        message: "must not contain '/../' when type one of ['Exact', 'PathPrefix']",
      },
      {
        path: "spec.rules[].matches[].path",
        rule: "(self.type in ['Exact','PathPrefix']) ? !self.value.contains('%2f') : true",
        message: "must not contain '%2f' when type one of ['Exact', 'PathPrefix']",
      },
      {
        path: "spec.rules[].matches[].path",
        rule: "(self.type in ['Exact','PathPrefix']) ? !self.value.contains('%2F') : true",
        message: "must not contain '%2F' when type one of ['Exact', 'PathPrefix']",
      },
      {
        path: "spec.rules[].matches[].path",
        rule: "(self.type in ['Exact','PathPrefix']) ? !self.value.contains('#') : true",
        message: "must not contain '#' when type one of ['Exact', 'PathPrefix']",
      },
      {
        path: "spec.rules[].matches[].path",
        rule: "(self.type in ['Exact','PathPrefix']) ? !self.value.endsWith('/..') : true",
        message: "must not end with '/..' when type one of ['Exact', 'PathPrefix']",
      },
      {
        path: "spec.rules[].matches[].path",
        rule: "(self.type in ['Exact','PathPrefix']) ? !self.value.endsWith('/.') : true",
        message: "must not end with '/.' when type one of ['Exact', 'PathPrefix']",
      },
      {
        path: "spec.rules[].matches[].path",
        rule: "self.type in ['Exact','PathPrefix'] || self.type == 'RegularExpression'",
        message: "type must be one of ['Exact', 'PathPrefix', 'RegularExpression']",
      },
      {
        path: "spec.rules[].matches[].path",
        rule: '(self.type in [\'Exact\',\'PathPrefix\']) ? self.value.matches(r"""^(?:[-A-Za-z0-9/._~!$&\'()*+,;=:@]|[%][0-9a-fA-F]{2})+$""") : true',
        message:
          "must only contain valid characters (matching ^(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|[%][0-9a-fA-F]{2})+$) for types ['Exact', 'PathPrefix']",
      },
      {
        path: "spec.rules[].timeouts",
        rule: "!(has(self.request) && has(self.backendRequest) && duration(self.request) != duration('0s') && duration(self.backendRequest) > duration(self.request))",
        message: "backendRequest timeout cannot be longer than request timeout",
      },
    ],
    defaults: [
      { path: "spec.parentRefs[].group", value: "gateway.networking.k8s.io" },
      { path: "spec.parentRefs[].kind", value: "Gateway" },
      { path: "spec.rules[].backendRefs[].filters[].requestMirror.backendRef.group", value: "" },
      { path: "spec.rules[].backendRefs[].filters[].requestMirror.backendRef.kind", value: "Service" },
      { path: "spec.rules[].backendRefs[].filters[].requestMirror.fraction.denominator", value: 100 },
      { path: "spec.rules[].backendRefs[].group", value: "" },
      { path: "spec.rules[].backendRefs[].kind", value: "Service" },
      { path: "spec.rules[].filters[].requestMirror.backendRef.group", value: "" },
      { path: "spec.rules[].filters[].requestMirror.backendRef.kind", value: "Service" },
      { path: "spec.rules[].filters[].requestMirror.fraction.denominator", value: 100 },
      { path: "spec.rules[].matches", value: [{ path: { type: "PathPrefix", value: "/" } }] },
      { path: "spec.rules[].matches[].path", value: { type: "PathPrefix", value: "/" } },
      { path: "spec.rules[].matches[].path.type", value: "PathPrefix" },
      { path: "spec.rules[].matches[].path.value", value: "/" },
    ],
  }),
  // istio/api kubernetes/customresourcedefinitions.gen.yaml @ b8f8791d9653
  "networking.istio.io/v1 DestinationRule": () => ({
    kind: "DestinationRule",
    apiVersion: "networking.istio.io/v1",
    rules: [
      {
        path: "spec.subsets[].trafficPolicy.connectionPool.http.http2KeepAlive.interval",
        rule: "duration(self) >= duration('1ms')",
        message: "must be a valid duration greater than 1ms",
      },
      {
        path: "spec.subsets[].trafficPolicy.connectionPool.http.http2KeepAlive.timeout",
        rule: "duration(self) >= duration('1ms')",
        message: "must be a valid duration greater than 1ms",
      },
      {
        path: "spec.subsets[].trafficPolicy.connectionPool.http.idleTimeout",
        rule: "duration(self) >= duration('1ms')",
        message: "must be a valid duration greater than 1ms",
      },
      {
        path: "spec.subsets[].trafficPolicy.connectionPool.tcp.connectTimeout",
        rule: "duration(self) >= duration('1ms')",
        message: "must be a valid duration greater than 1ms",
      },
      {
        path: "spec.subsets[].trafficPolicy.connectionPool.tcp.maxConnectionDuration",
        rule: "duration(self) >= duration('1ms')",
        message: "must be a valid duration greater than 1ms",
      },
      {
        path: "spec.subsets[].trafficPolicy.connectionPool.tcp.tcpKeepalive.interval",
        rule: "duration(self) >= duration('1ms')",
        message: "must be a valid duration greater than 1ms",
      },
      {
        path: "spec.subsets[].trafficPolicy.connectionPool.tcp.tcpKeepalive.time",
        rule: "duration(self) >= duration('1ms')",
        message: "must be a valid duration greater than 1ms",
      },
      {
        path: "spec.subsets[].trafficPolicy.loadBalancer.warmup.duration",
        rule: "duration(self) >= duration('1ms')",
        message: "must be a valid duration greater than 1ms",
      },
      {
        path: "spec.subsets[].trafficPolicy.loadBalancer.warmupDurationSecs",
        rule: "duration(self) >= duration('1ms')",
        message: "must be a valid duration greater than 1ms",
      },
      {
        path: "spec.subsets[].trafficPolicy.outlierDetection.baseEjectionTime",
        rule: "duration(self) >= duration('1ms')",
        message: "must be a valid duration greater than 1ms",
      },
      {
        path: "spec.subsets[].trafficPolicy.outlierDetection.interval",
        rule: "duration(self) >= duration('1ms')",
        message: "must be a valid duration greater than 1ms",
      },
      {
        path: "spec.subsets[].trafficPolicy.portLevelSettings[].connectionPool.http.http2KeepAlive.interval",
        rule: "duration(self) >= duration('1ms')",
        message: "must be a valid duration greater than 1ms",
      },
      {
        path: "spec.subsets[].trafficPolicy.portLevelSettings[].connectionPool.http.http2KeepAlive.timeout",
        rule: "duration(self) >= duration('1ms')",
        message: "must be a valid duration greater than 1ms",
      },
      {
        path: "spec.subsets[].trafficPolicy.portLevelSettings[].connectionPool.http.idleTimeout",
        rule: "duration(self) >= duration('1ms')",
        message: "must be a valid duration greater than 1ms",
      },
      {
        path: "spec.subsets[].trafficPolicy.portLevelSettings[].connectionPool.tcp.connectTimeout",
        rule: "duration(self) >= duration('1ms')",
        message: "must be a valid duration greater than 1ms",
      },
      {
        path: "spec.subsets[].trafficPolicy.portLevelSettings[].connectionPool.tcp.maxConnectionDuration",
        rule: "duration(self) >= duration('1ms')",
        message: "must be a valid duration greater than 1ms",
      },
      {
        path: "spec.subsets[].trafficPolicy.portLevelSettings[].connectionPool.tcp.tcpKeepalive.interval",
        rule: "duration(self) >= duration('1ms')",
        message: "must be a valid duration greater than 1ms",
      },
      {
        path: "spec.subsets[].trafficPolicy.portLevelSettings[].connectionPool.tcp.tcpKeepalive.time",
        rule: "duration(self) >= duration('1ms')",
        message: "must be a valid duration greater than 1ms",
      },
      {
        path: "spec.subsets[].trafficPolicy.portLevelSettings[].loadBalancer.warmup.duration",
        rule: "duration(self) >= duration('1ms')",
        message: "must be a valid duration greater than 1ms",
      },
      {
        path: "spec.subsets[].trafficPolicy.portLevelSettings[].loadBalancer.warmupDurationSecs",
        rule: "duration(self) >= duration('1ms')",
        message: "must be a valid duration greater than 1ms",
      },
      {
        path: "spec.subsets[].trafficPolicy.portLevelSettings[].outlierDetection.baseEjectionTime",
        rule: "duration(self) >= duration('1ms')",
        message: "must be a valid duration greater than 1ms",
      },
      {
        path: "spec.subsets[].trafficPolicy.portLevelSettings[].outlierDetection.interval",
        rule: "duration(self) >= duration('1ms')",
        message: "must be a valid duration greater than 1ms",
      },
      {
        path: "spec.trafficPolicy.connectionPool.http.http2KeepAlive.interval",
        rule: "duration(self) >= duration('1ms')",
        message: "must be a valid duration greater than 1ms",
      },
      {
        path: "spec.trafficPolicy.connectionPool.http.http2KeepAlive.timeout",
        rule: "duration(self) >= duration('1ms')",
        message: "must be a valid duration greater than 1ms",
      },
      {
        path: "spec.trafficPolicy.connectionPool.http.idleTimeout",
        rule: "duration(self) >= duration('1ms')",
        message: "must be a valid duration greater than 1ms",
      },
      {
        path: "spec.trafficPolicy.connectionPool.tcp.connectTimeout",
        rule: "duration(self) >= duration('1ms')",
        message: "must be a valid duration greater than 1ms",
      },
      {
        path: "spec.trafficPolicy.connectionPool.tcp.maxConnectionDuration",
        rule: "duration(self) >= duration('1ms')",
        message: "must be a valid duration greater than 1ms",
      },
      {
        path: "spec.trafficPolicy.connectionPool.tcp.tcpKeepalive.interval",
        rule: "duration(self) >= duration('1ms')",
        message: "must be a valid duration greater than 1ms",
      },
      {
        path: "spec.trafficPolicy.connectionPool.tcp.tcpKeepalive.time",
        rule: "duration(self) >= duration('1ms')",
        message: "must be a valid duration greater than 1ms",
      },
      {
        path: "spec.trafficPolicy.loadBalancer.warmup.duration",
        rule: "duration(self) >= duration('1ms')",
        message: "must be a valid duration greater than 1ms",
      },
      {
        path: "spec.trafficPolicy.loadBalancer.warmupDurationSecs",
        rule: "duration(self) >= duration('1ms')",
        message: "must be a valid duration greater than 1ms",
      },
      {
        path: "spec.trafficPolicy.outlierDetection.baseEjectionTime",
        rule: "duration(self) >= duration('1ms')",
        message: "must be a valid duration greater than 1ms",
      },
      {
        path: "spec.trafficPolicy.outlierDetection.interval",
        rule: "duration(self) >= duration('1ms')",
        message: "must be a valid duration greater than 1ms",
      },
      {
        path: "spec.trafficPolicy.portLevelSettings[].connectionPool.http.http2KeepAlive.interval",
        rule: "duration(self) >= duration('1ms')",
        message: "must be a valid duration greater than 1ms",
      },
      {
        path: "spec.trafficPolicy.portLevelSettings[].connectionPool.http.http2KeepAlive.timeout",
        rule: "duration(self) >= duration('1ms')",
        message: "must be a valid duration greater than 1ms",
      },
      {
        path: "spec.trafficPolicy.portLevelSettings[].connectionPool.http.idleTimeout",
        rule: "duration(self) >= duration('1ms')",
        message: "must be a valid duration greater than 1ms",
      },
      {
        path: "spec.trafficPolicy.portLevelSettings[].connectionPool.tcp.connectTimeout",
        rule: "duration(self) >= duration('1ms')",
        message: "must be a valid duration greater than 1ms",
      },
      {
        path: "spec.trafficPolicy.portLevelSettings[].connectionPool.tcp.maxConnectionDuration",
        rule: "duration(self) >= duration('1ms')",
        message: "must be a valid duration greater than 1ms",
      },
      {
        path: "spec.trafficPolicy.portLevelSettings[].connectionPool.tcp.tcpKeepalive.interval",
        rule: "duration(self) >= duration('1ms')",
        message: "must be a valid duration greater than 1ms",
      },
      {
        path: "spec.trafficPolicy.portLevelSettings[].connectionPool.tcp.tcpKeepalive.time",
        rule: "duration(self) >= duration('1ms')",
        message: "must be a valid duration greater than 1ms",
      },
      {
        path: "spec.trafficPolicy.portLevelSettings[].loadBalancer.warmup.duration",
        rule: "duration(self) >= duration('1ms')",
        message: "must be a valid duration greater than 1ms",
      },
      {
        path: "spec.trafficPolicy.portLevelSettings[].loadBalancer.warmupDurationSecs",
        rule: "duration(self) >= duration('1ms')",
        message: "must be a valid duration greater than 1ms",
      },
      {
        path: "spec.trafficPolicy.portLevelSettings[].outlierDetection.baseEjectionTime",
        rule: "duration(self) >= duration('1ms')",
        message: "must be a valid duration greater than 1ms",
      },
      {
        path: "spec.trafficPolicy.portLevelSettings[].outlierDetection.interval",
        rule: "duration(self) >= duration('1ms')",
        message: "must be a valid duration greater than 1ms",
      },
      {
        path: "spec.workloadSelector.matchLabels",
        rule: 'self.all(key, !key.contains("*"))',
        message: "wildcard not allowed in label key match",
      },
      {
        path: "spec.workloadSelector.matchLabels",
        rule: "self.all(key, key.size() != 0)",
        message: "key must not be empty",
      },
      {
        path: "spec.workloadSelector.matchLabels{}",
        rule: '!self.contains("*")',
        message: "wildcard not allowed in label value match",
      },
    ],
    defaults: [],
  }),
  // istio/api kubernetes/customresourcedefinitions.gen.yaml @ b8f8791d9653
  "networking.istio.io/v1 VirtualService": () => ({
    kind: "VirtualService",
    apiVersion: "networking.istio.io/v1",
    rules: [
      {
        path: "spec.http[].corsPolicy.maxAge",
        rule: "duration(self) >= duration('1ms')",
        message: "must be a valid duration greater than 1ms",
      },
      {
        path: "spec.http[].fault.delay.exponentialDelay",
        rule: "duration(self) >= duration('1ms')",
        message: "must be a valid duration greater than 1ms",
      },
      {
        path: "spec.http[].fault.delay.fixedDelay",
        rule: "duration(self) >= duration('1ms')",
        message: "must be a valid duration greater than 1ms",
      },
      {
        path: "spec.http[].retries.backoff",
        rule: "duration(self) >= duration('1ms')",
        message: "must be a valid duration greater than 1ms",
      },
      {
        path: "spec.http[].retries.perTryTimeout",
        rule: "duration(self) >= duration('1ms')",
        message: "must be a valid duration greater than 1ms",
      },
      {
        path: "spec.http[].timeout",
        rule: "duration(self) >= duration('1ms')",
        message: "must be a valid duration greater than 1ms",
      },
    ],
    defaults: [],
  }),
  // fluxcd/source-controller config/crd/bases/source.toolkit.fluxcd.io_gitrepositories.yaml @ 39b711b111fa
  "source.toolkit.fluxcd.io/v1 GitRepository": () => ({
    kind: "GitRepository",
    apiVersion: "source.toolkit.fluxcd.io/v1",
    rules: [
      {
        path: "spec",
        rule: "!has(self.serviceAccountName) || (has(self.provider) && (self.provider == 'azure' || self.provider == 'aws'))",
        message: "serviceAccountName can only be set when provider is 'azure' or 'aws'",
      },
    ],
    defaults: [],
  }),
  // fluxcd/kustomize-controller config/crd/bases/kustomize.toolkit.fluxcd.io_kustomizations.yaml @ 186fb3b29138
  "kustomize.toolkit.fluxcd.io/v1 Kustomization": () => ({
    kind: "Kustomization",
    apiVersion: "kustomize.toolkit.fluxcd.io/v1",
    rules: [
      {
        path: "spec.kubeConfig",
        rule: "has(self.configMapRef) || has(self.secretRef)",
        message: "exactly one of spec.kubeConfig.configMapRef or spec.kubeConfig.secretRef must be specified",
      },
      {
        path: "spec.kubeConfig",
        rule: "!has(self.configMapRef) || !has(self.secretRef)",
        message: "exactly one of spec.kubeConfig.configMapRef or spec.kubeConfig.secretRef must be specified",
      },
    ],
    defaults: [],
  }),
  // aws/karpenter-provider-aws pkg/apis/crds/karpenter.k8s.aws_ec2nodeclasses.yaml @ 1d927085dd81
  "karpenter.k8s.aws/v1 EC2NodeClass": () => ({
    kind: "EC2NodeClass",
    apiVersion: "karpenter.k8s.aws/v1",
    rules: [
      {
        path: "spec",
        rule: "(has(self.role) && !has(self.instanceProfile)) || (!has(self.role) && has(self.instanceProfile))",
        message: "must specify exactly one of ['role', 'instanceProfile']",
      },
      {
        path: "spec",
        rule: "!has(self.amiFamily) || (self.amiSelectorTerms.exists(x, has(x.alias) && x.alias.find('^[^@]+') == 'al2') ? (self.amiFamily == 'Custom' || self.amiFamily == 'AL2') : true)",
        message: "if set, amiFamily must be 'AL2' or 'Custom' when using an AL2 alias",
      },
      {
        path: "spec",
        rule: "!has(self.amiFamily) || (self.amiSelectorTerms.exists(x, has(x.alias) && x.alias.find('^[^@]+') == 'al2023') ? (self.amiFamily == 'Custom' || self.amiFamily == 'AL2023') : true)",
        message: "if set, amiFamily must be 'AL2023' or 'Custom' when using an AL2023 alias",
      },
      {
        path: "spec",
        rule: "!has(self.amiFamily) || (self.amiSelectorTerms.exists(x, has(x.alias) && x.alias.find('^[^@]+') == 'bottlerocket') ? (self.amiFamily == 'Custom' || self.amiFamily == 'Bottlerocket') : true)",
        message: "if set, amiFamily must be 'Bottlerocket' or 'Custom' when using a Bottlerocket alias",
      },
      {
        path: "spec",
        rule: "!has(self.amiFamily) || (self.amiSelectorTerms.exists(x, has(x.alias) && x.alias.find('^[^@]+') == 'windows2019') ? (self.amiFamily == 'Custom' || self.amiFamily == 'Windows2019') : true)",
        message: "if set, amiFamily must be 'Windows2019' or 'Custom' when using a Windows2019 alias",
      },
      {
        path: "spec",
        rule: "!has(self.amiFamily) || (self.amiSelectorTerms.exists(x, has(x.alias) && x.alias.find('^[^@]+') == 'windows2022') ? (self.amiFamily == 'Custom' || self.amiFamily == 'Windows2022') : true)",
        message: "if set, amiFamily must be 'Windows2022' or 'Custom' when using a Windows2022 alias",
      },
      {
        path: "spec",
        rule: "!has(self.amiFamily) || (self.amiSelectorTerms.exists(x, has(x.alias) && x.alias.find('^[^@]+') == 'windows2025') ? (self.amiFamily == 'Custom' || self.amiFamily == 'Windows2025') : true)",
        message: "if set, amiFamily must be 'Windows2025' or 'Custom' when using a Windows2025 alias",
      },
      {
        path: "spec",
        rule: "self.amiSelectorTerms.exists(x, has(x.alias)) ? true : has(self.amiFamily)",
        message: "must specify amiFamily if amiSelectorTerms does not contain an alias",
      },
      {
        path: "spec.amiSelectorTerms",
        rule: "self.all(x, has(x.tags) || has(x.id) || has(x.name) || has(x.alias) || has(x.ssmParameter))",
        message: "expected at least one, got none, ['tags', 'id', 'name', 'alias', 'ssmParameter']",
      },
      {
        path: "spec.amiSelectorTerms",
        rule: "!self.exists(x, has(x.id) && (has(x.alias) || has(x.tags) || has(x.name) || has(x.owner)))",
        message: "'id' is mutually exclusive, cannot be set with a combination of other fields in amiSelectorTerms",
      },
      {
        path: "spec.amiSelectorTerms",
        rule: "!self.exists(x, has(x.alias) && (has(x.id) || has(x.tags) || has(x.name) || has(x.owner)))",
        message: "'alias' is mutually exclusive, cannot be set with a combination of other fields in amiSelectorTerms",
      },
      {
        path: "spec.amiSelectorTerms",
        rule: "!(self.exists(x, has(x.alias)) && self.size() != 1)",
        message: "'alias' is mutually exclusive, cannot be set with a combination of other amiSelectorTerms",
      },
      {
        path: "spec.amiSelectorTerms[].alias",
        rule: "self.matches('^[a-zA-Z0-9]+@.+$')",
        message: "'alias' is improperly formatted, must match the format 'family@version'",
      },
      {
        path: "spec.amiSelectorTerms[].alias",
        rule: "self.split('@')[0] in ['al2','al2023','bottlerocket','windows2019','windows2022','windows2025']",
        message:
          "family is not supported, must be one of the following: 'al2', 'al2023', 'bottlerocket', 'windows2019', 'windows2022', 'windows2025'",
      },
      {
        path: "spec.amiSelectorTerms[].alias",
        rule: "self.split('@')[0] in ['windows2019','windows2022','windows2025'] ? self.split('@')[1] == 'latest' : true",
        message: "windows families may only specify version 'latest'",
      },
      {
        path: "spec.amiSelectorTerms[].tags",
        rule: "self.all(k, k != '' && self[k] != '')",
        message: "empty tag keys or values aren't supported",
      },
      {
        path: "spec.blockDeviceMappings",
        rule: "self.filter(x, has(x.rootVolume)?x.rootVolume==true:false).size() <= 1",
        message: "must have only one blockDeviceMappings with rootVolume",
      },
      {
        path: "spec.blockDeviceMappings[].ebs",
        rule: "has(self.snapshotID) || has(self.volumeSize)",
        message: "snapshotID or volumeSize must be defined",
      },
      {
        path: "spec.blockDeviceMappings[].ebs",
        rule: "!has(self.volumeInitializationRate) || (has(self.snapshotID) && self.snapshotID != '')",
        message: "snapshotID must be set when volumeInitializationRate is set",
      },
      {
        path: "spec.capacityReservationSelectorTerms",
        rule: "self.all(x, has(x.tags) || has(x.id) || has(x.instanceMatchCriteria))",
        message: "expected at least one, got none, ['tags', 'id', 'instanceMatchCriteria']",
      },
      {
        path: "spec.capacityReservationSelectorTerms",
        rule: "!self.all(x, has(x.id) && (has(x.tags) || has(x.ownerID) || has(x.instanceMatchCriteria)))",
        message:
          "'id' is mutually exclusive, cannot be set along with other fields in a capacity reservation selector term",
      },
      {
        path: "spec.capacityReservationSelectorTerms[].tags",
        rule: "self.all(k, k != '' && self[k] != '')",
        message: "empty tag keys or values aren't supported",
      },
      {
        path: "spec.connectionTracking",
        rule: "has(self.tcpEstablishedTimeout) || has(self.udpStreamTimeout) || has(self.udpTimeout)",
        message: "at least one of tcpEstablishedTimeout, udpStreamTimeout, or udpTimeout must be set",
      },
      { path: "spec.instanceProfile", rule: "self != ''", message: "instanceProfile cannot be empty" },
      {
        path: "spec.networkInterfaces",
        rule: "self.size() == 0 || self.exists(x, x.deviceIndex == 0 && x.networkCardIndex == 0 && x.interfaceType == 'interface')",
        message: "networkInterfaces must include a primary interface with interfaceType='interface'",
      },
      {
        path: "spec.networkInterfaces",
        rule: "self.all(x, self.filter(y, x.networkCardIndex == y.networkCardIndex && x.deviceIndex == y.deviceIndex).size() == 1 && (x.interfaceType != 'efa-only' || self.filter(y, x.networkCardIndex == y.networkCardIndex && y.interfaceType == 'efa-only').size() == 1))",
        message:
          "networkInterfaces must not have duplicate networkCardIndex and deviceIndex pairs, and can have at most one efa device per network card",
      },
      {
        path: "spec.placementGroupSelector",
        rule: "has(self.name) || has(self.id)",
        message: "expected at least one, got none, ['name', 'id']",
      },
      {
        path: "spec.placementGroupSelector",
        rule: "!(has(self.name) && has(self.id))",
        message: "'name' and 'id' are mutually exclusive",
      },
      { path: "spec.role", rule: "self != ''", message: "role cannot be empty" },
      {
        path: "spec.securityGroupSelectorTerms",
        rule: "self.size() != 0",
        message: "securityGroupSelectorTerms cannot be empty",
      },
      {
        path: "spec.securityGroupSelectorTerms",
        rule: "self.all(x, has(x.tags) || has(x.id) || has(x.name))",
        message: "expected at least one, got none, ['tags', 'id', 'name']",
      },
      {
        path: "spec.securityGroupSelectorTerms",
        rule: "!self.all(x, has(x.id) && (has(x.tags) || has(x.name)))",
        message:
          "'id' is mutually exclusive, cannot be set with a combination of other fields in a security group selector term",
      },
      {
        path: "spec.securityGroupSelectorTerms",
        rule: "!self.all(x, has(x.name) && (has(x.tags) || has(x.id)))",
        message:
          "'name' is mutually exclusive, cannot be set with a combination of other fields in a security group selector term",
      },
      {
        path: "spec.securityGroupSelectorTerms[].tags",
        rule: "self.all(k, k != '' && self[k] != '')",
        message: "empty tag keys or values aren't supported",
      },
      { path: "spec.subnetSelectorTerms", rule: "self.size() != 0", message: "subnetSelectorTerms cannot be empty" },
      {
        path: "spec.subnetSelectorTerms",
        rule: "self.all(x, has(x.tags) || has(x.id))",
        message: "expected at least one, got none, ['tags', 'id']",
      },
      {
        path: "spec.subnetSelectorTerms",
        rule: "!self.all(x, has(x.id) && has(x.tags))",
        message:
          "'id' is mutually exclusive, cannot be set with a combination of other fields in a subnet selector term",
      },
      {
        path: "spec.subnetSelectorTerms[].tags",
        rule: "self.all(k, k != '' && self[k] != '')",
        message: "empty tag keys or values aren't supported",
      },
      { path: "spec.tags", rule: "self.all(k, k != '')", message: "empty tag keys aren't supported" },
      {
        path: "spec.tags",
        rule: "self.all(k, k !='eks:eks-cluster-name')",
        message: "tag contains a restricted tag matching eks:eks-cluster-name",
      },
      {
        path: "spec.tags",
        rule: "self.all(k, !k.startsWith('kubernetes.io/cluster') )",
        message: "tag contains a restricted tag matching kubernetes.io/cluster/",
      },
      {
        path: "spec.tags",
        rule: "self.all(k, k != 'karpenter.sh/nodepool')",
        message: "tag contains a restricted tag matching karpenter.sh/nodepool",
      },
      {
        path: "spec.tags",
        rule: "self.all(k, k !='karpenter.sh/nodeclaim')",
        message: "tag contains a restricted tag matching karpenter.sh/nodeclaim",
      },
      {
        path: "spec.tags",
        rule: "self.all(k, k !='karpenter.k8s.aws/ec2nodeclass')",
        message: "tag contains a restricted tag matching karpenter.k8s.aws/ec2nodeclass",
      },
    ],
    defaults: [],
  }),
  // aws/karpenter-provider-aws pkg/apis/crds/karpenter.sh_nodepools.yaml @ 1d927085dd81
  "karpenter.sh/v1 NodePool": () => ({
    kind: "NodePool",
    apiVersion: "karpenter.sh/v1",
    rules: [
      {
        path: "spec",
        rule: "!has(self.replicas) || (!has(self.limits) || size(self.limits) == 0 || (size(self.limits) == 1 && 'nodes' in self.limits))",
        message: "only 'limits.nodes' is supported on static NodePools",
      },
      {
        path: "spec",
        rule: "!has(self.replicas) || !has(self.weight)",
        message: "'weight' is not supported on static NodePools",
      },
      {
        path: "spec.disruption.budgets",
        rule: "self.all(x, has(x.schedule) == has(x.duration))",
        message: "'schedule' must be set with 'duration'",
      },
      {
        path: "spec.template.metadata.labels",
        rule: 'self.all(x, x in ["karpenter.sh/capacity-type", "karpenter.sh/nodepool"] || !x.find("^([^/]+)").endsWith("karpenter.sh"))',
        message: 'label domain "karpenter.sh" is restricted',
      },
      {
        path: "spec.template.metadata.labels",
        rule: 'self.all(x, x != "karpenter.sh/nodepool")',
        message: 'label "karpenter.sh/nodepool" is restricted',
      },
      {
        path: "spec.template.metadata.labels",
        rule: 'self.all(x, x != "kubernetes.io/hostname")',
        message: 'label "kubernetes.io/hostname" is restricted',
      },
      {
        path: "spec.template.metadata.labels",
        rule: 'self.all(x, x in ["karpenter.k8s.aws/instance-tenancy", "karpenter.k8s.aws/capacity-reservation-type", "karpenter.k8s.aws/capacity-reservation-id", "karpenter.k8s.aws/capacity-reservation-interruptible", "karpenter.k8s.aws/capacity-reservation-interruptible", "karpenter.k8s.aws/ec2nodeclass", "karpenter.k8s.aws/instance-encryption-in-transit-supported", "karpenter.k8s.aws/nitro-sandbox", "karpenter.k8s.aws/instance-category", "karpenter.k8s.aws/instance-hypervisor", "karpenter.k8s.aws/instance-family", "karpenter.k8s.aws/instance-generation", "karpenter.k8s.aws/instance-local-nvme", "karpenter.k8s.aws/instance-size", "karpenter.k8s.aws/instance-cpu", "karpenter.k8s.aws/instance-cpu-manufacturer", "karpenter.k8s.aws/instance-cpu-sustained-clock-speed-mhz", "karpenter.k8s.aws/instance-memory", "karpenter.k8s.aws/instance-ebs-bandwidth", "karpenter.k8s.aws/instance-network-bandwidth", "karpenter.k8s.aws/instance-gpu-name", "karpenter.k8s.aws/instance-gpu-manufacturer", "karpenter.k8s.aws/instance-gpu-count", "karpenter.k8s.aws/instance-gpu-memory", "karpenter.k8s.aws/instance-accelerator-name", "karpenter.k8s.aws/instance-accelerator-manufacturer", "karpenter.k8s.aws/instance-accelerator-count", "karpenter.k8s.aws/instance-capability-flex", "karpenter.k8s.aws/placement-group-id", "karpenter.k8s.aws/placement-group-partition"] || !x.find("^([^/]+)").endsWith("karpenter.k8s.aws"))',
        message: 'label domain "karpenter.k8s.aws" is restricted',
      },
      { path: "spec.template.spec.nodeClassRef.group", rule: "self != ''", message: "group may not be empty" },
      { path: "spec.template.spec.nodeClassRef.kind", rule: "self != ''", message: "kind may not be empty" },
      { path: "spec.template.spec.nodeClassRef.name", rule: "self != ''", message: "name may not be empty" },
      {
        path: "spec.template.spec.requirements",
        rule: "self.all(x, x.operator == 'In' ? x.values.size() != 0 : true)",
        message: "requirements with operator 'In' must have a value defined",
      },
      {
        path: "spec.template.spec.requirements",
        rule: "self.all(x, (x.operator == 'Gt' || x.operator == 'Lt' || x.operator == 'Gte' || x.operator == 'Lte') ? (x.values.size() == 1 && int(x.values[0]) >= 0) : true)",
        message: "requirements operator 'Gt', 'Lt', 'Gte', or 'Lte' must have a single positive integer value",
      },
      {
        path: "spec.template.spec.requirements",
        rule: "self.all(x, (x.operator == 'In' && has(x.minValues)) ? x.values.size() >= x.minValues : true)",
        message: "requirements with 'minValues' must have at least that many values specified in the 'values' field",
      },
      {
        path: "spec.template.spec.requirements[].key",
        rule: 'self in ["karpenter.sh/capacity-type", "karpenter.sh/nodepool"] || !self.find("^([^/]+)").endsWith("karpenter.sh")',
        message: 'label domain "karpenter.sh" is restricted',
      },
      {
        path: "spec.template.spec.requirements[].key",
        rule: 'self != "karpenter.sh/nodepool"',
        message: 'label "karpenter.sh/nodepool" is restricted',
      },
      {
        path: "spec.template.spec.requirements[].key",
        rule: 'self != "kubernetes.io/hostname"',
        message: 'label "kubernetes.io/hostname" is restricted',
      },
      {
        path: "spec.template.spec.requirements[].key",
        rule: 'self in ["karpenter.k8s.aws/instance-tenancy", "karpenter.k8s.aws/capacity-reservation-type", "karpenter.k8s.aws/capacity-reservation-id", "karpenter.k8s.aws/capacity-reservation-interruptible", "karpenter.k8s.aws/ec2nodeclass", "karpenter.k8s.aws/instance-encryption-in-transit-supported", "karpenter.k8s.aws/nitro-sandbox", "karpenter.k8s.aws/instance-category", "karpenter.k8s.aws/instance-hypervisor", "karpenter.k8s.aws/instance-family", "karpenter.k8s.aws/instance-generation", "karpenter.k8s.aws/instance-local-nvme", "karpenter.k8s.aws/instance-size", "karpenter.k8s.aws/instance-cpu", "karpenter.k8s.aws/instance-cpu-manufacturer", "karpenter.k8s.aws/instance-cpu-sustained-clock-speed-mhz", "karpenter.k8s.aws/instance-memory", "karpenter.k8s.aws/instance-ebs-bandwidth", "karpenter.k8s.aws/instance-network-bandwidth", "karpenter.k8s.aws/instance-gpu-name", "karpenter.k8s.aws/instance-gpu-manufacturer", "karpenter.k8s.aws/instance-gpu-count", "karpenter.k8s.aws/instance-gpu-memory", "karpenter.k8s.aws/instance-accelerator-name", "karpenter.k8s.aws/instance-accelerator-manufacturer", "karpenter.k8s.aws/instance-accelerator-count", "karpenter.k8s.aws/instance-capability-flex", "karpenter.k8s.aws/placement-group-id", "karpenter.k8s.aws/placement-group-partition"] || !self.find("^([^/]+)").endsWith("karpenter.k8s.aws")',
        message: 'label domain "karpenter.k8s.aws" is restricted',
      },
    ],
    defaults: [],
  }),
  // aws/karpenter-provider-aws pkg/apis/crds/karpenter.sh_nodeoverlays.yaml @ 1d927085dd81
  "karpenter.sh/v1alpha1 NodeOverlay": () => ({
    kind: "NodeOverlay",
    apiVersion: "karpenter.sh/v1alpha1",
    rules: [
      {
        path: "spec",
        rule: "!has(self.price) || !has(self.priceAdjustment)",
        message: "cannot set both 'price' and 'priceAdjustment'",
      },
      {
        path: "spec.capacity",
        rule: "self.all(x, !(x in ['cpu', 'memory', 'ephemeral-storage', 'pods']))",
        message: "invalid resource restricted",
      },
      {
        path: "spec.requirements",
        rule: "self.all(x, x.operator == 'NotIn' ? x.values.size() != 0 : true)",
        message: "requirements with operator 'NotIn' must have a value defined",
      },
      {
        path: "spec.requirements",
        rule: "self.all(x, x.operator == 'In' ? x.values.size() != 0 : true)",
        message: "requirements with operator 'In' must have a value defined",
      },
      {
        path: "spec.requirements",
        rule: "self.all(x, (x.operator == 'Gt' || x.operator == 'Lt' || x.operator == 'Gte' || x.operator == 'Lte') ? (x.values.size() == 1 && int(x.values[0]) >= 0) : true)",
        message: "requirements operator 'Gt', 'Lt', 'Gte' or 'Lte' must have a single positive integer value",
      },
      {
        path: "spec.requirements[].key",
        rule: 'self in ["karpenter.sh/capacity-type", "karpenter.sh/nodepool"] || !self.find("^([^/]+)").endsWith("karpenter.sh")',
        message: 'label domain "karpenter.sh" is restricted',
      },
      {
        path: "spec.requirements[].key",
        rule: 'self != "kubernetes.io/hostname"',
        message: 'label "kubernetes.io/hostname" is restricted',
      },
      {
        path: "spec.requirements[].key",
        rule: 'self in ["karpenter.k8s.aws/ec2nodeclass", "karpenter.k8s.aws/instance-encryption-in-transit-supported", "karpenter.k8s.aws/nitro-sandbox", "karpenter.k8s.aws/instance-category", "karpenter.k8s.aws/instance-hypervisor", "karpenter.k8s.aws/instance-family", "karpenter.k8s.aws/instance-generation", "karpenter.k8s.aws/instance-local-nvme", "karpenter.k8s.aws/instance-size", "karpenter.k8s.aws/instance-cpu", "karpenter.k8s.aws/instance-cpu-manufacturer", "karpenter.k8s.aws/instance-cpu-sustained-clock-speed-mhz", "karpenter.k8s.aws/instance-memory", "karpenter.k8s.aws/instance-ebs-bandwidth", "karpenter.k8s.aws/instance-network-bandwidth", "karpenter.k8s.aws/instance-gpu-name", "karpenter.k8s.aws/instance-gpu-manufacturer", "karpenter.k8s.aws/instance-gpu-count", "karpenter.k8s.aws/instance-gpu-memory", "karpenter.k8s.aws/instance-accelerator-name", "karpenter.k8s.aws/instance-accelerator-manufacturer", "karpenter.k8s.aws/instance-accelerator-count", "karpenter.k8s.aws/instance-capability-flex"] || !self.find("^([^/]+)").endsWith("karpenter.k8s.aws")',
        message: 'label domain "karpenter.k8s.aws" is restricted',
      },
    ],
    defaults: [],
  }),
};
