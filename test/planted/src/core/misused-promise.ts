const save = async (row: string): Promise<string> => row

export const saveAll = (rows: readonly string[]): void => rows.forEach(async (row) => void (await save(row)))
