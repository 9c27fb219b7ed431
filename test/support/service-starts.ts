import { ServiceProcess } from './service-process.ts'

/** One service after the other on the same file. */
export class ServiceStarts implements AsyncDisposable {
  service: ServiceProcess
  readonly #path: string

  constructor(path: string) {
    this.#path = path
    this.service = new ServiceProcess(path)
  }

  /** Starts the next one once the one before is gone. */
  async restart(environment: Readonly<Record<string, string>> = {}): Promise<void> {
    if (this.service.isRunning) await this.service.ended
    this.service = new ServiceProcess(this.#path, environment)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.service[Symbol.asyncDispose]()
  }
}
