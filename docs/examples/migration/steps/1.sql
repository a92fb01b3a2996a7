create table cards (id int);
