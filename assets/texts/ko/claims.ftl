### `mpviz claims`.

claims-so = 맞다
claims-half-so = 반만 맞다
claims-not-so = 여기서는 아니다
claims-no-verdict = 판정 없음
claims-no-python = 측정하지 않음: 파이썬이 없다.
claims-one-core = 판정하지 않음: 코어가 하나뿐이다.
claims-memory = 측정하지 않음: 메모리가 { $needed } 필요한데 { $available }만 남아 있다.
claims-disturbed = 판정하지 않음: 다른 프로그램이 코어의 { $percent } %를 썼다.
claims-failed = 측정하지 못함: { $why }.
claims-claim = 주장
claims-measured = 측정
claims-verdict = 판정
claims-why = 이유
claims-without-python = 파이썬 없음
claims-summary =
    주장 { $claims }개, { $time }: 맞다 { $so }, 반만 맞다 { $half }, 여기서는 아니다 { $not }, 판정 없음 { $none }.
claims-progress = 주장 { $number }/{ $of }: { $claim }

claim-fifo = 풀은 작업을 먼저 들어온 순서대로(FIFO) 나눠 준다.
claim-fifo-measured =
    작업 { $tasks }개, Pool({ $workers }): 작업 { $chunk }개 이하인 청크 { $chunks }개. 앞 청크보다 먼저 가져간 청크
    { $taken }개, 앞 작업보다 먼저 끝난 작업 { $finished }개
claim-fifo-order-so = 청크는 작업 순서대로 가져간다.
claim-fifo-order-not = 앞 청크보다 먼저 가져간 청크가 { $n }개다.
claim-fifo-unit-so = 작업은 하나씩 가져간다.
claim-fifo-unit-not =
    단위는 작업이 아니라 작업 { $chunk }개짜리 청크다. 앞 작업보다 먼저 끝난 작업이 { $finished }개다.

claim-pool-memory = 풀은 실행 중인 작업만 메모리에 올려 둔다.
claim-pool-memory-measured =
    { $size }짜리 작업 { $tasks }개, Pool({ $workers }): 워커에는 최대 { $running }개. 부모는 인자 { $arguments },
    나중에는 결과 { $results }. 파이프 용량 { $pipe }
claim-pool-memory-workers-so = 워커 { $workers }개가 가진 작업은 최대 { $running }개였다.
claim-pool-memory-workers-not = 워커 { $workers }개가 작업 { $running }개를 가졌다.
claim-pool-memory-parent-so = 부모가 가진 것은 인자 { $arguments }, 나중에 결과 { $results }뿐이었다.
claim-pool-memory-parent-not = 나머지는 모두 부모에 있다: 인자 { $arguments }, 나중에는 결과 { $results }.

claim-process-memory = 작업마다 프로세스를 만들면 모든 작업이 메모리에 올라간다.
claim-process-memory-measured =
    작업 { $tasks }개 중 최대 { $resident }개가 동시에 메모리에. fork한 파이썬 프로세스 { $processes }개가 읽은 데이터
    { $seen }, 차지한 메모리 { $own }(PSS)
claim-process-memory-native =
    작업 { $tasks }개 중 최대 { $resident }개가 동시에 메모리에. 프로세스가 채운 데이터 { $seen }, 차지한 메모리 { $own }
claim-process-memory-resident-so = 작업 { $tasks }개가 모두 동시에 메모리에 있었다.
claim-process-memory-resident-not = 작업 { $tasks }개 중 { $resident }개만 동시에 메모리에 있었다.
claim-process-memory-own-so = 프로세스마다 자기 메모리를 쓴다: { $seen }에 { $own }.
claim-process-memory-own-not =
    fork한 프로세스는 아무도 쓰지 않은 페이지를 공유한다: { $seen }을(를) 읽는 데 { $own }.

claim-io = 풀은 I/O를 기다리는 동안 다른 일을 하지 않고, 프로세스는 멈춘 동안 다른 프로세스가 실행된다.
claim-io-measured =
    I/O가 { $io }씩인 작업 { $tasks }개: 워커 { $workers }개인 풀 { $pool }, 프로세스 { $process }, 워커 { $tasks }개인 풀
    { $wide }
claim-io-pool-so = 풀의 워커는 자기 작업이 기다리는 동안 다른 작업을 맡지 않아 { $ratio }배 걸렸다.
claim-io-pool-not = 풀이 뚜렷이 느리지는 않았다: 풀 { $pool }, 프로세스 { $process }.
claim-io-cause-so = 워커가 { $tasks }개여도 느렸다: { $wide }.
claim-io-cause-not =
    그러나 커널은 둘 다 멈춰 둔다. 워커가 { $tasks }개면 풀은 { $wide }, 프로세스는 { $process } 걸렸다.

claim-scheduling = 프로세스는 먼저 들어온 순서대로(FIFO) 스케줄링된다.
claim-scheduling-measured =
    코어 하나에 프로세스 { $processes }개: { $makespan } 중 { $first } 만에 처음으로 하나가 끝났고, 절반까지 { $ended }개가
    끝났다. 강제 문맥 전환 { $switches }회
claim-scheduling-order-so = 하나씩 차례로 실행됐다: 절반까지 { $processes }개 중 { $ended }개가 끝났다.
claim-scheduling-order-not = 동시에 진행됐다: { $makespan } 중 { $first }에야 처음으로 하나가 끝났다.
claim-scheduling-switches-so = 거의 중단되지 않았다: 강제 문맥 전환 { $switches }회.
claim-scheduling-switches-not = 커널이 { $switches }번 번갈아 실행했다.

claim-gil = 스레드는 GIL 때문에 계산에는 도움이 안 되지만 I/O에는 도움이 된다.
claim-gil-measured =
    스레드 { $threads }개, 차례로 할 때에 비해: 파이썬 코드 { $python }배, I/O { $io }배, C 코드 { $c }배 빠르다
claim-gil-python-so = 파이썬 코드는 빨라지지 않았다({ $ratio }배).
claim-gil-python-not = 파이썬 코드가 스레드로 { $ratio }배 빨라졌다.
claim-gil-io-so = I/O는 { $ratio }배 빨라졌다.
claim-gil-io-not = I/O도 빨라지지 않았다({ $ratio }배).
claim-gil-c-so = C 코드도 빨라지지 않았다({ $ratio }배).
claim-gil-c-not = 다만 GIL을 놓는 C 코드는 { $ratio }배 빨라졌다.

claim-choice = 풀은 I/O가 적은 작업이 많을 때, 프로세스는 한 번만 하는 작업이 적을 때 알맞다.
claim-choice-measured =
    작업 { $many }개: 풀 { $many_pool }, 프로세스 { $many_process }. 작업 { $few }개: 풀 { $few_pool }, 프로세스
    { $few_process }
claim-choice-many-so = 작업이 { $tasks }개면 풀이 { $ratio }배 빨랐다. 띄우는 프로세스가 적기 때문이다.
claim-choice-many-not = 작업이 { $tasks }개일 때 풀이 더 빠르지 않았다: 풀 { $pool }, 프로세스 { $process }.
claim-choice-few-so = 작업이 { $tasks }개면 프로세스가 { $ratio }배 빨랐다.
claim-choice-few-not = 작업이 { $tasks }개일 때 프로세스가 더 빠르지 않았다: 프로세스 { $process }, 풀 { $pool }.

claim-map = Pool.map은 모든 작업을 기다렸다가 순서대로 된 리스트를 돌려준다.
claim-map-measured =
    작업 { $tasks }개 중 { $ended }개가 끝난 뒤 돌아왔고, { $overtaking }개가 앞 작업보다 먼저 끝났다. 예외는 { $surfaced }
    뒤에 드러났고 작업 { $of }개 중 { $never }개는 실행되지 않았다. 워커를 죽였을 때 작업 { $killed }개 중 { $finished }개가 끝났다
claim-map-order-so =
    { $overtaking ->
        [0] 리스트는 순서대로였다.
       *[other] 앞 작업보다 먼저 끝난 작업이 { $overtaking }개 있어도 리스트는 순서대로였다.
    }
claim-map-order-not = 돌려준 것은 순서대로 된 리스트가 아니었다.
claim-map-wait-so = 그때 작업 { $tasks }개가 모두 끝나 있었다.
claim-map-wait-not = 그때 작업 { $tasks }개 중 { $ended }개만 끝나 있었다.
claim-map-kill-returns = 워커가 죽어도 돌아왔다.
claim-map-kill-hangs = 워커가 죽으면 마지막 작업이 끝나고 { $waited }가 지나도 돌아오지 않았다.

claim-start = 스레드는 프로세스보다 빨리 시작하고, 끝나고, 전환된다.
claim-start-measured =
    { $count }개를 시작해서 모두 끝날 때까지: 스레드 { $threads }, 프로세스 { $processes }. 같은 코어의 다른 하나로 갔다
    돌아오기: 스레드 { $thread }, 프로세스 { $process }
claim-start-start-so = 스레드를 시작하고 끝내는 것이 { $ratio }배 빨랐다.
claim-start-start-not = 스레드를 시작하고 끝내는 것이 더 빠르지 않았다: 스레드 { $threads }, 프로세스 { $processes }.
claim-start-switch-so = 프로세스로 갔다 돌아오는 데는 { $percent } % 더 걸렸다.
claim-start-switch-not = 전환은 비슷하게 걸렸다: 스레드 { $thread }, 프로세스 { $process }.

claim-share = 스레드는 메모리를 공유하고 프로세스는 공유하지 않는다.
claim-share-measured =
    부모가 본 쓰기: 스레드 { $workers }번 중 { $threads }번, 프로세스 { $workers }번 중 { $processes }번. { $data }를 읽은
    fork 프로세스 { $workers }개: RSS { $rss }, PSS { $pss }, 쓴 뒤에는 PSS { $written }
claim-share-threads-so = 스레드가 쓴 것은 부모가 보았다.
claim-share-threads-not = 스레드의 쓰기 { $of }번 중 { $n }번만 부모가 보았다.
claim-share-processes-so = 프로세스가 쓴 것은 보지 못했다.
claim-share-processes-not = 프로세스의 쓰기도 { $of }번 중 { $n }번 보았다.
claim-share-pages = 다만 fork한 프로세스는 쓰기 전까지 페이지를 공유한다: PSS { $pss }, 쓴 뒤 { $written }.

claim-kill = 스레드는 죽일 수 없고 프로세스는 죽일 수 있다.
claim-kill-measured =
    { $workers }개 중 하나를 죽임: 스레드는 { $threads }개가 죽고 작업 { $tasks }개 중 { $thread_tasks }개가 끝났다. 풀의
    프로세스는 { $processes }개가 죽고 작업 { $tasks }개 중 { $process_tasks }개가 끝났다
claim-kill-threads-so = 스레드 하나를 죽이면 그 프로세스의 { $n }개가 모두 죽는다.
claim-kill-threads-not = 스레드 하나를 죽여서 죽은 스레드는 { $n }개다.
claim-kill-processes-so = 프로세스는 하나만 죽고, 작업 { $tasks }개 중 { $finished }개가 끝났다.
claim-kill-processes-not = 프로세스는 { $died }개가 죽고, 작업 { $tasks }개 중 { $finished }개가 끝났다.

claim-visible = 어떤 작업이 CPU를 적게 쓰고 I/O가 많은지 구별할 수 없다.
claim-visible-measured =
    CPU/코어 대기/차단: 계산 { $compute }, I/O { $io }, 붐비는 코어에서 계산 { $crowded }
claim-visible-cpu-so = CPU 시간으로는 구별되지 않는다: 계산 { $compute } %, I/O { $io } %.
claim-visible-cpu-not = 코어 대기를 뺀 CPU 시간으로 구별된다: 계산은 { $compute } %, I/O는 { $io } %.
claim-visible-core-so = 코어 대기로는 붐비는 코어({ $crowded } %)와 I/O({ $io } %)가 구별되지 않는다.
claim-visible-core-not = 코어 대기로 붐비는 코어({ $crowded } %)와 I/O({ $io } %)가 구별된다.

claim-collect = 풀은 리스트를 돌려주고, 프로세스는 결과를 모으려면 Manager().list()가 필요하다.
claim-collect-measured =
    작업 { $tasks }개의 결과: 풀 { $pool }개, 보통 리스트 { $list }개, 매니저 { $manager }개(앞 작업보다 먼저 { $overtaking }개).
    append 한 번에 { $manager_append }, 보통 리스트는 { $append }
claim-collect-pool-so = Pool.map은 결과 { $tasks }개를 모두 리스트로 돌려주었다.
claim-collect-pool-not = Pool.map이 리스트로 돌려준 결과는 { $tasks }개 중 { $n }개다.
claim-collect-manager-so = 프로세스의 결과는 보통 리스트에 { $list }개, 매니저의 리스트에 { $manager }개 남았다.
claim-collect-manager-not = 프로세스의 결과는 보통 리스트에 { $list }개, 매니저의 리스트에 { $manager }개다.
claim-collect-cost = 매니저 때문에 프로세스가 { $processes }개 늘고, append 한 번에 { $time } 걸린다.

claim-seconds = 프로세스 하나 9.10 s, Pool 7.93 s, Process 6.67 s: Pool이 더 빠르고 Process가 가장 빠르다.
claim-seconds-measured =
    숫자 { $numbers }개: 프로세스 하나 { $single }, Pool({ $workers }) { $pool }, Process { $workers }개 { $process }. 빈
    작업으로는 Pool { $empty_pool }, Process { $empty_process }
claim-seconds-pool-so = Pool이 프로세스 하나보다 { $ratio }배 빨랐다.
claim-seconds-pool-not = Pool이 더 빠르지 않았다: Pool { $pool }, 프로세스 하나 { $single }.
claim-seconds-process-so = Process가 Pool보다 { $ratio }배 빨랐다.
claim-seconds-process-not = Process가 Pool보다 빠르지 않았다: Process { $process }, Pool { $pool }.
claim-seconds-shipping = 배열을 Pool에 보내는 데 { $time } 걸린다. fork한 프로세스는 물려받는다.
