import type {Cloud, Json} from '../../service.ts'

const READY = {CONDITION_SUCCEEDED: 'True', CONDITION_FAILED: 'False'} as const

/** A service as v1 of the API gives it, in the shape of Knative; made out of the v2 one. */
export function showV1(service: Json, cloud: Cloud): Json {
  const [, , , region, , id] = service.name.split('/')
  const generation = Number(service.generation)
  const {template, terminalCondition, uri} = service
  const [container] = template.containers
  const ready = service.latestReadyRevision?.split('/').at(-1)
  const condition = (type: string): Json => ({
    type,
    status: READY[terminalCondition.state as keyof typeof READY],
    lastTransitionTime: terminalCondition.lastTransitionTime,
    ...(terminalCondition.message === undefined ? {} : {message: terminalCondition.message}),
  })
  return {
    apiVersion: 'serving.knative.dev/v1',
    kind: 'Service',
    metadata: {
      name: id,
      namespace: cloud.project.number,
      selfLink: `/apis/serving.knative.dev/v1/namespaces/${cloud.project.number}/services/${id}`,
      uid: service.uid,
      resourceVersion: service.etag,
      generation,
      creationTimestamp: service.createTime,
      labels: {...service.labels, 'cloud.googleapis.com/location': region},
      annotations: {
        'serving.knative.dev/creator': service.creator,
        'run.googleapis.com/ingress': 'all',
        'cloudfunctions.googleapis.com/function-id': id,
        'run.googleapis.com/urls': JSON.stringify(service.urls),
      },
    },
    spec: {
      template: {
        metadata: {
          annotations: {
            'autoscaling.knative.dev/maxScale': String(template.scaling.maxInstanceCount),
            'run.googleapis.com/startup-cpu-boost': 'true',
            'cloudfunctions.googleapis.com/trigger-type': 'HTTP_TRIGGER',
          },
        },
        spec: {
          containerConcurrency: template.maxInstanceRequestConcurrency,
          timeoutSeconds: Number.parseInt(template.timeout),
          serviceAccountName: template.serviceAccount,
          containers: [
            {
              image: container.image,
              ports: container.ports,
              env: container.env.map(({name, value, valueSource}: Json) => ({
                name,
                ...(valueSource === undefined
                  ? {value}
                  : {
                      valueFrom: {
                        secretKeyRef: {
                          name: valueSource.secretKeyRef.secret,
                          key: valueSource.secretKeyRef.version,
                        },
                      },
                    }),
              })),
              resources: {limits: container.resources.limits},
            },
          ],
        },
      },
      traffic: [{percent: 100, latestRevision: true}],
    },
    status: {
      observedGeneration: generation,
      conditions: [condition('Ready'), condition('ConfigurationsReady'), condition('RoutesReady')],
      latestCreatedRevisionName: service.latestCreatedRevision.split('/').at(-1),
      ...(ready === undefined ? {} : {latestReadyRevisionName: ready}),
      traffic: [{...(ready === undefined ? {} : {revisionName: ready}), percent: 100, latestRevision: true}],
      url: uri,
      address: {url: uri},
    },
  }
}
