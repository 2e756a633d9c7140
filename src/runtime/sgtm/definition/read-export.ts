import {basename} from 'node:path'
import type {ContainerDefinition, Implementation, TagDefinition, ValueFormat, VariableDefinition} from '../types.ts'
import {decodeCondition, decodeParameter, decodeParameters, spell} from './decode-parameters.ts'
import {decodeTransformation} from './decode-transformation.ts'
import type {ContainerExport, Parameter, TagShape, VariableShape} from './export-schema.ts'

/**
 * The container that an export describes. Instances name their template as `cvt_<container>_<template>`, or as
 * `cvt_<gallery id>` where it came from the gallery; both occur in one file. Folders, notes and fingerprints mean
 * nothing to a runtime.
 * @param file names the export in messages about its templates
 */
export function readExport({containerVersion}: ContainerExport, file: string): ContainerDefinition {
  const {container, containerId, containerVersionId, ...lists} = containerVersion
  const templates = new Map<string, Implementation>()
  for (const {templateId, containerId: own, name, templateData, galleryReference} of lists.customTemplate) {
    const code: Implementation = {
      kind: 'template',
      template: {file: `${basename(file)}#${name || templateId}`, text: templateData},
    }
    templates.set(`cvt_${own ?? containerId}_${templateId}`, code)
    const gallery = galleryReference?.galleryTemplateId
    if (gallery) templates.set(`cvt_${gallery}`, code)
    // Older exports have no gallery id beside the template; the template's own information has one.
    const published = /"id":\s*"(cvt_\w+)"/.exec(templateData)?.[1]
    if (published && !templates.has(published)) templates.set(published, code)
  }
  const codeOf = (type: string): Implementation => templates.get(type) ?? {kind: 'built-in', type}

  return {
    source: 'export',
    id: container.publicId,
    version: containerVersionId,
    clients: lists.client.map(({name, type, priority, parameter}) => ({
      name,
      code: codeOf(type),
      priority,
      parameters: decodeParameters(parameter),
    })),
    tags: lists.tag.map((tag) => readTag(tag, codeOf)),
    triggers: lists.trigger.map(({triggerId, name, type, filter, customEventFilter}) => ({
      id: triggerId,
      name,
      type: spell(type),
      conditions: [...customEventFilter, ...filter].map(decodeCondition),
    })),
    variables: [...lists.variable.map((variable) => readVariable(variable, codeOf)), ...readBuiltIns(lists)],
    transformations: lists.transformation.map(decodeTransformation),
  }
}

function readTag(tag: TagShape, codeOf: (type: string) => Implementation): TagDefinition {
  const {consentSettings: consent, monitoringMetadataTagNameKey: nameKey} = tag
  const metadata = tag.monitoringMetadata ? decodeParameters(tag.monitoringMetadata.map ?? []) : {}
  const kinds = consent && spell(consent.consentStatus) === 'NEEDED' ? consent.consentType : undefined
  return {
    id: tag.tagId,
    name: tag.name,
    type: tag.type,
    code: codeOf(tag.type),
    parameters: decodeParameters(tag.parameter),
    firing: tag.firingTriggerId,
    blocking: tag.blockingTriggerId,
    option: options[spell(tag.tagFiringOption)] ?? 'once-per-event',
    priority: Number(tag.priority?.value ?? 0) || 0,
    setup: tag.setupTag.map(({tagName, stopOnSetupFailure}) => ({tag: tagName, mustSucceed: stopOnSetupFailure})),
    teardown: tag.teardownTag.map(({tagName, stopTeardownOnFailure}) => ({
      tag: tagName,
      mustSucceed: stopTeardownOnFailure,
    })),
    paused: tag.paused,
    consent: (kinds?.list ?? []).flatMap(({value}) => (value === undefined ? [] : [value])),
    metadata: {...(metadata as Record<string, string>), ...(nameKey === '' ? {} : {[nameKey]: tag.name})},
  }
}

const options: Readonly<Record<string, TagDefinition['option']>> = {
  UNLIMITED: 'unlimited',
  ONCE_PER_LOAD: 'once-per-request',
}

function readVariable(variable: VariableShape, codeOf: (type: string) => Implementation): VariableDefinition {
  const {name, type, parameter, formatValue} = variable
  return {name, code: codeOf(type), parameters: decodeParameters(parameter), format: readFormat(formatValue)}
}

function readFormat(shape: VariableShape['formatValue']): ValueFormat {
  const letters = {LOWERCASE: 'lower', UPPERCASE: 'upper'} as const
  const word = spell(shape.caseConversionType ?? 'NONE') as keyof typeof letters
  const text = (parameter: Parameter | undefined): string | undefined => {
    const value = parameter && decodeParameter(parameter)
    return typeof value === 'string' ? value : undefined
  }
  const instead = {
    null: text(shape.convertNullToValue),
    undefined: text(shape.convertUndefinedToValue),
    true: text(shape.convertTrueToValue),
    false: text(shape.convertFalseToValue),
  }
  return {
    ...(letters[word] ? {letters: letters[word]} : {}),
    instead: Object.fromEntries(Object.entries(instead).filter(([, value]) => value !== undefined)),
  }
}

/** Variables that are only switched on. */
function readBuiltIns({
  builtInVariable,
}: Pick<ContainerExport['containerVersion'], 'builtInVariable'>): readonly VariableDefinition[] {
  return builtInVariable.map(({type, name}) => ({
    name,
    code: {kind: 'built-in', type: spell(type)},
    parameters: {},
    format: {instead: {}},
  }))
}
