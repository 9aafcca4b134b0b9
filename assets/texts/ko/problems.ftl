### 레인의 문제, 수치가 의심스러운 이유.

core-went-offline = { $time }에 코어 { $core }이(가) 꺼졌다
task-with-key-failed = { $time }에 { $worker }에서 { $task }이(가) 실패했다: { $error }
some-task-of-function-failed = { $time }에 { $worker }에서 { $function }의 작업이 실패했다: { $error }
task-ran-again = 다시 실행했다
task-failed = { $time }에 { $worker }의 작업 { $task }이(가) 실패했다: { $error }
task-of-function-failed = { $time }에 { $worker }에서 { $function }의 작업 { $task }이(가) 실패했다: { $error }
tasks-of-function-failed = { $function }의 작업 { $n }개가 실패했다: { $error }, 처음은 { $time }
attempts-of-function-failed =
    { $function }의 작업 시도 { $n }번이 실패했다: { $error }, 처음은 { $time }; 그 작업들을 다시 실행했다
worker-ended-by-executor =
    { $time }에 다른 워커가 죽어서 executor가 { $worker }을(를) 끝냈다
unknown-error = 알 수 없는 종류의 오류
worker-not-started = 워커를 시작하지 못했다: { $error }
worker-wrote = 워커의 출력: { $text }
task-is-lost = 작업 { $task } 유실
tasks-are-lost = 작업 { $n }개 유실: { $tasks }
# 다 쓴 시스템의 한도.
limit-of-descriptors = 열린 파일이 너무 많다: ulimit -n을 올린다
limit-of-machine-descriptors = 머신 전체에 열린 파일이 너무 많다: fs.file-max를 올린다
limit-of-processes = 프로세스나 스레드가 너무 많다: ulimit -u, ulimit -v 또는 cgroup의 pids.max를 올린다
limit-of-file-size = 파일이 너무 크다: ulimit -f를 올린다
limit-of-memory = 메모리 부족: ulimit -v 또는 cgroup의 메모리 한도를 올린다
number-of-tasks-lost = 작업 시도 { $n }번 유실
problem-several-times = { $lane }: { $n }번: { $problem }
more-problems = { $lane }: 문제 { $n }개가 더 있다; mpviz run --json에 모두 나온다
more-problems-of-program =
    { $lane }: 문제 { $n }개가 더 있다; --report FILE.json이나 기록의 mpviz export에 모두 나온다
share-of-lane = { $lane }의 코어 시간 { $share }
taken-by-others = 다른 프로그램이 { $shares }을(를) 썼다: 정확히 재려면 다른 프로그램이 없는 머신에서 다시 실행한다
held-up =
    mpviz가 { $time } 동안 멈췄거나 코어를 얻지 못해 워커를 늦췄을 수 있다: 다시 실행한다
held-up-beside-cluster =
    { $time } 동안 보고가 오지 않았다: 스케줄러나 mpviz가 멈췄거나 코어를 얻지 못했고, 보고를 늦게 읽었다
