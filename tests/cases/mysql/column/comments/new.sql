create table t (a int, b int comment 'it''s \\ a "q" `b` %s %% :x\nnl') comment 'über €💩';
