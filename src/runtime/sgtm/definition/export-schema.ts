import {z} from 'zod'

/** A parameter as exports and the Tag Manager API spell it: the type says which of value, list and map counts. */
const Parameter = z.looseObject({
  type: z.string().default('TEMPLATE'),
  key: z.string().optional(),
  value: z.string().optional(),
  get list() {
    return z.array(Parameter).optional()
  },
  get map() {
    return z.array(Parameter).optional()
  },
})
export type Parameter = z.output<typeof Parameter>

const Parameters = z.array(Parameter).default([])
const Ids = z.array(z.coerce.string()).default([])
const Condition = z.looseObject({type: z.string(), parameter: Parameters})
export type ConditionShape = z.output<typeof Condition>

const Named = {name: z.string().min(1), type: z.string().min(1), parameter: Parameters}

const Sequence = z
  .array(
    z.looseObject({
      tagName: z.string(),
      stopOnSetupFailure: z.boolean().default(false),
      stopTeardownOnFailure: z.boolean().default(false),
    }),
  )
  .default([])

const Tag = z.looseObject({
  ...Named,
  tagId: z.coerce.string(),
  firingTriggerId: Ids,
  blockingTriggerId: Ids,
  tagFiringOption: z.string().default('ONCE_PER_EVENT'),
  priority: Parameter.optional(),
  setupTag: Sequence,
  teardownTag: Sequence,
  paused: z.boolean().default(false),
  monitoringMetadata: Parameter.optional(),
  monitoringMetadataTagNameKey: z.string().default(''),
  consentSettings: z
    .looseObject({consentStatus: z.string().default('NOT_SET'), consentType: Parameter.optional()})
    .optional(),
})
export type TagShape = z.output<typeof Tag>

const Variable = z.looseObject({
  ...Named,
  formatValue: z
    .looseObject({
      caseConversionType: z.string().optional(),
      convertNullToValue: Parameter.optional(),
      convertUndefinedToValue: Parameter.optional(),
      convertTrueToValue: Parameter.optional(),
      convertFalseToValue: Parameter.optional(),
    })
    .default({}),
})
export type VariableShape = z.output<typeof Variable>

const Template = z.looseObject({
  templateId: z.coerce.string(),
  containerId: z.coerce.string().optional(),
  name: z.string().default(''),
  templateData: z.string(),
  galleryReference: z.looseObject({galleryTemplateId: z.string().optional()}).optional(),
})

/** A container export of format 2, as far as a runtime needs it; what it does not name is read over. */
export const ExportFile = z.looseObject({
  exportFormatVersion: z.literal(2, {error: 'only exports of format 2 can be read'}),
  containerVersion: z.looseObject({
    containerId: z.coerce.string().default(''),
    containerVersionId: z.coerce.string().default('0'),
    container: z.looseObject({
      publicId: z.string().default('GTM-LOCAL'),
      name: z.string().default(''),
      usageContext: z
        .array(z.string())
        .refine((contexts) => contexts.some((context) => context.toUpperCase() === 'SERVER'), {
          error: 'this is no export of a server container',
        }),
    }),
    client: z.array(z.looseObject({...Named, priority: z.coerce.number().default(0)})).default([]),
    tag: z.array(Tag).default([]),
    trigger: z
      .array(
        z.looseObject({
          triggerId: z.coerce.string(),
          name: z.string().min(1),
          type: z.string().min(1),
          filter: z.array(Condition).default([]),
          customEventFilter: z.array(Condition).default([]),
        }),
      )
      .default([]),
    variable: z.array(Variable).default([]),
    builtInVariable: z.array(z.looseObject({type: z.string(), name: z.string()})).default([]),
    transformation: z.array(z.looseObject({...Named, priority: z.coerce.number().default(0)})).default([]),
    customTemplate: z.array(Template).default([]),
  }),
})
export type ContainerExport = z.output<typeof ExportFile>
