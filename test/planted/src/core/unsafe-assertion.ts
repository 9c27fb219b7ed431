export const asText = (value: unknown): string => value as string
