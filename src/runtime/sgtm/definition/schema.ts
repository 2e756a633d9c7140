import {z} from 'zod'

const Parameters = z.record(z.string(), z.unknown()).default({})

/** `container.json` as a person writes it; template paths are relative to the file. */
export const DefinitionFile = z.strictObject({
  $schema: z.string().optional(),
  clients: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        template: z.string().min(1),
        priority: z.number().default(0),
        parameters: Parameters,
      }),
    )
    .default([]),
  tags: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        template: z.string().min(1),
        parameters: Parameters,
        triggers: z.array(z.string()),
        metadata: z.record(z.string(), z.string()).optional(),
      }),
    )
    .default([]),
  triggers: z.array(z.strictObject({name: z.string().min(1), event: z.string().min(1)})).default([]),
})

/** What `container.json` says, defaults filled in. */
export type SmallDefinition = z.output<typeof DefinitionFile>
