{{- define "repository-sync.fullname" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 52 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "repository-sync.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "repository-sync.labels" -}}
{{ include "repository-sync.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end -}}

{{/* Its own names in the cluster, the ingress's, and those of the values. */}}
{{- define "repository-sync.allowedHosts" -}}
{{- $name := include "repository-sync.fullname" . -}}
{{- $own := list $name (printf "%s.%s" $name .Release.Namespace) (printf "%s.%s.svc" $name .Release.Namespace) (printf "%s.%s.svc.cluster.local" $name .Release.Namespace) -}}
{{- $ingress := ternary (list .Values.ingress.host) list .Values.ingress.enabled -}}
{{- concat $own $ingress .Values.allowedHosts | compact | uniq | join "," -}}
{{- end -}}

{{/* A variable that the chart sets itself: twice in one container, the cluster refuses it in words that do not help. */}}
{{- define "repository-sync.mayBeSet" -}}
{{- $instead := dict "HOST" "" "PORT" "service.port" "DATA_DIR" "" "ALLOWED_HOSTS" "allowedHosts" "METRICS" "metrics.enabled" "EMBEDDINGS_URL" "embeddings.url" "EMBEDDINGS_MODEL" "embeddings.model" "EMBEDDINGS_KEY" "embeddings.secret" -}}
{{- if hasKey $instead . -}}
{{- $value := get $instead . -}}
{{- fail (printf "environment.%s is the chart's own: %s" . (ternary "it cannot be changed" (printf "set %s" $value) (eq $value ""))) -}}
{{- end -}}
{{- end -}}
