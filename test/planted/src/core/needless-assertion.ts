export const same = (text: string): string => text as string
