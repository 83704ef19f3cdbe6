import * as access from './access.ts';
import * as certificates from './certificates.ts';
import * as answers from './check-answers.ts';
import * as clusterEndings from './cluster/endings.ts';
import * as fields from './cluster/fields.ts';
import * as images from './cluster/images.ts';
import * as measures from './cluster/measures.ts';
import * as patches from './cluster/patches.ts';
import * as probes from './cluster/probes.ts';
import * as imagePrograms from './cluster/programs.ts';
import * as quotas from './cluster/quotas.ts';
import * as scheduling from './cluster/scheduling.ts';
import * as clusterServices from './cluster/services.ts';
import * as clusterStorage from './cluster/storage.ts';
import * as workflows from './cluster/workflows.ts';
import * as config from './config.ts';
import * as endings from './endings.ts';
import { silentExit } from './exit-codes.ts';
import { knownLine } from './known/known.ts';
import * as leftovers from './leftovers.ts';
import * as network from './network.ts';
import * as packages from './packages.ts';
import * as ports from './ports.ts';
import * as programs from './programs.ts';
import type { Rule } from './rule.ts';
import * as services from './services.ts';
import * as storage from './storage.ts';

/**
 * Every rule. The order ranks findings of equal strength: ordinary before exotic, and causes before their effects (a
 * name that does not resolve before the package that is not found).
 */
export const RULES: readonly Rule[] = [
  // Exhausted resources of the box, which make much else fail.
  storage.watchLimit,
  storage.diskFull,
  storage.readOnly,
  storage.openFilesLimit,
  storage.processLimit,
  endings.oomKilled,
  endings.outOfMemory,
  // Exhausted quotas and nodes.
  quotas.clusterQuotaExceeded,
  quotas.quotaNeedsLimits,
  quotas.limitRangeViolated,
  quotas.podsRejected,
  clusterEndings.containerOomKilled,
  // Ports.
  ports.portPrivileged,
  ports.portTaken,
  ports.portHeld,
  ports.portAnsweredByOther,
  ports.addressNotHere,
  scheduling.hostPortTaken,
  scheduling.hostPortCaptured,
  // Programs in images, and image pulls.
  imagePrograms.imageProgramMissing,
  imagePrograms.imageInterpreterMissing,
  imagePrograms.imageExecFormat,
  imagePrograms.imageNotExecutable,
  imagePrograms.imageCommandMissing,
  images.imageName,
  images.imageCredentials,
  workflows.workflowImageCredentials,
  images.imageMissing,
  images.imageRateLimited,
  images.imageCertificate,
  images.imageScheme,
  images.imageUnreachable,
  // Objects that pods and claims refer to.
  fields.keyMissing,
  fields.volumeKeyMissing,
  fields.volumeMountFails,
  fields.runsAsRoot,
  fields.podNeedsObject,
  clusterStorage.claimClassEmpty,
  clusterStorage.claimClassMissing,
  clusterStorage.claimNotProvisioned,
  clusterStorage.rollingUpdateOnVolume,
  scheduling.podEvicted,
  scheduling.podUnschedulable,
  // Probes of running pods.
  probes.probeUnauthorized,
  probes.probeScheme,
  clusterEndings.containerEndsSilently,
  clusterEndings.containerCrashed,
  // Requests to the API server.
  fields.fieldConflict,
  patches.patchPointer,
  patches.remoteKustomization,
  clusterServices.servicePortUnknown,
  clusterServices.serviceSelectsNothing,
  clusterServices.servicePortUndeclared,
  fields.eventUnknown,
  fields.eventBeforeSensor,
  // Programs: a wrong file before a missing one.
  endings.unstartable,
  programs.crlfScript,
  programs.faultyText,
  programs.interpreterMissing,
  programs.execFormat,
  programs.libraryMissing,
  programs.notExecutable,
  programs.programMissing,
  knownLine,
  // Packages.
  access.hostKey,
  packages.packageLock,
  packages.packagesUnfinished,
  packages.pythonManaged,
  // Connections to other machines, from the name to the answer.
  network.kubeconfigMissing,
  network.nameNotResolved,
  network.noRoute,
  answers.packetsFiltered,
  services.loopbackOnly,
  answers.listensOnOtherAddress,
  services.blockedFromOutside,
  certificates.clockSkew,
  certificates.certificateExpired,
  certificates.certificateName,
  certificates.certificateUntrusted,
  certificates.schemeMismatch,
  packages.rateLimited,
  access.credentials,
  access.checkUnauthorized,
  services.serviceNotStarted,
  network.connectionRefused,
  network.notConnected,
  network.connectionTimeout,
  network.answerTimeout,
  packages.repositoryUntrusted,
  packages.packageIndexStale,
  packages.packageUnknown,
  packages.dependencyConflict,
  // Before what it makes missing.
  config.emptyVariableInPath,
  programs.moduleMissing,
  // Errors in the step or its configuration.
  leftovers.quotaExceeded,
  access.gitOwnership,
  access.userMissing,
  leftovers.notAsRoot,
  leftovers.alreadyRunning,
  config.configKeyUnknown,
  config.redisDirective,
  services.noSystemd,
  services.serviceUnknown,
  leftovers.objectMissing,
  access.permissionDenied,
  config.variableUnset,
  config.configSyntax,
  config.waitsForInput,
  leftovers.notAnArchive,
  answers.httpAnswer,
  services.notFound,
  services.serverError,
  storage.fileBusy,
  leftovers.fileMissing,
  leftovers.alreadyExists,
  network.connectionReset,
  measures.bufferOutlastsTimeout,
  // What only the box or the exit code shows.
  ports.portCaptured,
  quotas.cpuThrottled,
  clusterServices.networkPolicyDrops,
  fields.fieldFight,
  scheduling.nodeNotReady,
  probes.probeFails,
  clusterEndings.containerKilled,
  clusterEndings.containerExits,
  workflows.workflowFailed,
  clusterServices.serviceUnready,
  fields.workloadNotReady,
  storage.diskFullSeen,
  services.serviceDown,
  endings.brokenPipe,
  endings.killed,
  programs.silent127,
  programs.silent126,
  services.serviceFailed,
  ...endings.signalled,
  endings.timedOut,
  silentExit,
  leftovers.localeMissing,
];
