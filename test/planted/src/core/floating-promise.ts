const save = async (): Promise<void> => undefined

export function saveAll(): void {
  save()
}
