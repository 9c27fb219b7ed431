export const count = async (): Promise<number> => await 1
